/// All values of one run, found by id; containers grow in place.
struct NodeArena {
  private(set) var nodes: [PickleNode] = []
  /// The byte of the opcode that made each value, for messages.
  private(set) var offsets: [UInt32] = []
  private var singletons: [Opcode: NodeID] = [:]

  subscript(id: NodeID) -> PickleNode { nodes[id.position] }

  mutating func make(_ node: PickleNode, at offset: Int) -> NodeID {
    nodes.append(node)
    offsets.append(UInt32(clamping: offset))
    return NodeID(nodes.count - 1)
  }

  /// The one value of an immutable constant: None, True, False, the empty tuple.
  mutating func constant(_ opcode: Opcode, _ node: PickleNode, at offset: Int) -> NodeID {
    if let id = singletons[opcode] { return id }
    let id = make(node, at: offset)
    singletons[opcode] = id
    return id
  }

  // Emptying the place before growing what was in it leaves the array with one owner: otherwise
  // each batch would copy all the items so far.

  /// Adds to a list or to the list items of an object; false for anything else.
  mutating func append(_ items: [NodeID], to id: NodeID) -> Bool {
    if case .list(var list) = nodes[id.position] {
      nodes[id.position] = .none
      list += items
      nodes[id.position] = .list(list)
      return true
    }
    guard case .object(var object) = nodes[id.position] else { return false }
    nodes[id.position] = .none
    object.listItems += items
    nodes[id.position] = .object(object)
    return true
  }

  /// Sets keys, given as key, value, key, value…, of a dictionary or an object.
  mutating func set(_ items: [NodeID], in id: NodeID) -> Bool {
    let pairs = stride(from: 0, to: items.count - 1, by: 2).lazy
      .map { (key: items[$0], value: items[$0 + 1]) }
    if case .dict(var dict) = nodes[id.position] {
      nodes[id.position] = .none
      dict += pairs
      nodes[id.position] = .dict(dict)
      return true
    }
    guard case .object(var object) = nodes[id.position] else { return false }
    nodes[id.position] = .none
    object.dictItems += pairs
    nodes[id.position] = .object(object)
    return true
  }

  /// Adds to a set or to the set items of an object.
  mutating func insert(_ items: [NodeID], into id: NodeID) -> Bool {
    if case .set(var set) = nodes[id.position] {
      nodes[id.position] = .none
      set += items
      nodes[id.position] = .set(set)
      return true
    }
    guard case .object(var object) = nodes[id.position] else { return false }
    nodes[id.position] = .none
    object.setItems += items
    nodes[id.position] = .object(object)
    return true
  }

  /// Gives an object its state; false if it is no object or has one already.
  mutating func build(_ state: NodeID, on id: NodeID) -> Bool {
    guard case .object(var object) = nodes[id.position], object.state == nil else { return false }
    object.state = state
    nodes[id.position] = .object(object)
    return true
  }

  /// Replaces the entries of a dictionary or of an object by distinct ones.
  mutating func replaceEntries(of id: NodeID, with entries: [(key: NodeID, value: NodeID)]) {
    switch nodes[id.position] {
    case .object(var object):
      object.dictItems = entries
      nodes[id.position] = .object(object)
    default: nodes[id.position] = .dict(entries)
    }
  }
}
