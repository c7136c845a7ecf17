internal import Diagnostics

extension PickleMachine {
  mutating func container(_ opcode: Opcode, at offset: Int) throws(Rejection) {
    switch opcode {
    case .emptyList: push(.list([]))
    case .emptyTuple: push(.tuple([]))
    case .emptyDict: push(.dict([]))
    case .emptySet: push(.set([]))
    case .list: push(.list(try popToMark()))
    case .tuple: push(.tuple(try popToMark()))
    case .frozenSet: push(.frozenset(try popToMark()))
    case .tuple1: try tuple(of: 1)
    case .tuple2: try tuple(of: 2)
    case .tuple3: try tuple(of: 3)
    case .dict: push(.dict(try pairs(popToMark(), at: offset)))
    case .append: try extend(with: [pop()], at: offset)
    case .appends: try extend(with: popToMark(), at: offset)
    case .addItems: try addItems(popToMark(), at: offset)
    case .setItem:
      let value = try pop()
      try set([(try pop(), value)], at: offset)
    default: try set(pairs(popToMark(), at: offset), at: offset)
    }
  }

  private mutating func tuple(of count: Int) throws(Rejection) {
    var items: [NodeID] = []
    for _ in 0..<count { items.append(try pop()) }
    push(.tuple(items.reversed()))
  }

  private func pairs(
    _ items: [NodeID], at offset: Int
  ) throws(Rejection) -> [(key: NodeID, value: NodeID)] {
    guard items.count.isMultiple(of: 2) else {
      throw Rejection(
        PickleRules.itemsOnNonDict, "a key without a value", at: Place(offset: offset))
    }
    return stride(from: 0, to: items.count, by: 2).map { (items[$0], items[$0 + 1]) }
  }

  // A node is taken out of the arena while it grows, so that appending never copies it.

  private mutating func extend(with items: [NodeID], at offset: Int) throws(Rejection) {
    let id = try top()
    switch nodes[id] {
    case .list(var list):
      nodes[id] = .none
      list += items
      nodes[id] = .list(list)
    case .object(var object):
      nodes[id] = .none
      object.listItems += items
      nodes[id] = .object(object)
    default:
      throw Rejection(
        PickleRules.appendToNonList, "\(items.count) items", at: Place(offset: offset))
    }
  }

  private mutating func addItems(_ items: [NodeID], at offset: Int) throws(Rejection) {
    let id = try top()
    switch nodes[id] {
    case .set(var set):
      nodes[id] = .none
      set += items
      nodes[id] = .set(set)
    case .object(var object):
      nodes[id] = .none
      object.listItems += items
      nodes[id] = .object(object)
    default:
      throw Rejection(
        PickleRules.appendToNonList, "\(items.count) items of a set", at: Place(offset: offset))
    }
  }

  private mutating func set(
    _ entries: [(key: NodeID, value: NodeID)], at offset: Int
  ) throws(Rejection) {
    let id = try top()
    switch nodes[id] {
    case .dict(var dict):
      nodes[id] = .none
      dict += entries
      nodes[id] = .dict(dict)
    case .object(var object):
      nodes[id] = .none
      object.dictItems += entries
      nodes[id] = .object(object)
    default:
      throw Rejection(
        PickleRules.itemsOnNonDict, "\(entries.count) items", at: Place(offset: offset))
    }
  }
}
