import Diagnostics

/// Compares keys as Python does: `1`, `1.0` and `True` are one key, tuples equal by their items.
///
/// Each key value gets a number once, so a long string that serves as a key in a thousand
/// dictionaries is hashed once.
struct DictionaryKeys {
  private enum Value: Hashable {
    case absent
    case int(Int64)
    case bigInt([UInt8])
    case float(UInt64)
    case string(ExactText)
    case bytes([UInt8])
    case tuple([Int])
    case frozenset(Set<Int>)
    /// Symbols, objects and persistent ids: equal when they are the same object.
    case identity(NodeID)
  }

  /// The number of each key by node; -1 for what is no key.
  private var numbers: [Int]
  /// For each number, the dictionary that held it last.
  private var holders: [NodeID?]
  /// A list, dictionary, set or bytearray that serves as a key, if there is one.
  let unhashable: NodeID?

  init(_ arena: NodeArena) {
    let isKey = Self.markKeys(arena)
    var numbers = [Int](repeating: -1, count: arena.nodes.count)
    var known: [Value: Int] = [:]
    known.reserveCapacity(isKey.lazy.filter(\.self).count)
    var count = 0
    var unhashable: NodeID?
    // Parts of tuples and frozen sets are made before them, so one pass in order suffices.
    for index in arena.nodes.indices where isKey[index] {
      let value = Self.value(of: NodeID(index), in: arena, numbers)
      if value == nil { unhashable = unhashable ?? NodeID(index) }
      let key = value ?? .identity(NodeID(index))
      numbers[index] = Self.settle(&known[key, default: -1], next: &count)
    }
    self.numbers = numbers
    self.unhashable = unhashable
    holders = [NodeID?](repeating: nil, count: count)
  }

  // One access to the dictionary, so that each key is hashed once.
  private static func settle(_ number: inout Int, next: inout Int) -> Int {
    if number < 0 {
      number = next
      next += 1
    }
    return number
  }

  /// The second occurrence of a key among the entries of a dictionary, asked once for each.
  mutating func firstDuplicate(
    in entries: [(key: NodeID, value: NodeID)], of id: NodeID
  ) -> NodeID? {
    for entry in entries {
      let number = numbers[entry.key.position]
      if holders[number] == id { return entry.key }
      holders[number] = id
    }
    return nil
  }

  /// The entries with each key once, at its first place and with its last value.
  func lastWins(_ entries: [(key: NodeID, value: NodeID)]) -> [(key: NodeID, value: NodeID)] {
    var places: [Int: Int] = [:]
    var kept: [(key: NodeID, value: NodeID)] = []
    for entry in entries {
      let number = numbers[entry.key.position]
      if let place = places[number] {
        kept[place].value = entry.value
      } else {
        places[number] = kept.count
        kept.append(entry)
      }
    }
    return kept
  }

  private static func markKeys(_ arena: NodeArena) -> [Bool] {
    var isKey = [Bool](repeating: false, count: arena.nodes.count)
    for node in arena.nodes {
      for entry in node.entries ?? [] { isKey[entry.key.position] = true }
      switch node {
      case .set(let items), .frozenset(let items):
        for item in items { isKey[item.position] = true }
      case .object(let object):
        for item in object.setItems { isKey[item.position] = true }
      default: break
      }
    }
    for index in arena.nodes.indices.reversed() where isKey[index] {
      guard case .tuple(let items) = arena.nodes[index] else { continue }
      for item in items { isKey[item.position] = true }
    }
    return isKey
  }

  private static func value(of id: NodeID, in arena: NodeArena, _ numbers: [Int]) -> Value? {
    switch arena[id] {
    case .none: .absent
    case .bool(let flag): .int(flag ? 1 : 0)
    case .int(let number): .int(number)
    case .bigInt(let digits): .bigInt(digits)
    case .float(let number):
      number.isNaN
        ? .identity(id)
        : Int64(exactly: number).map { .int($0) } ?? .float(number.bitPattern)
    case .string(let text): .string(ExactText(text))
    case .bytes(let bytes): .bytes(bytes)
    case .tuple(let items): .tuple(items.map { numbers[$0.position] })
    case .frozenset(let items): .frozenset(Set(items.map { numbers[$0.position] }))
    case .symbol, .persistent, .object: .identity(id)
    case .list, .dict, .set, .bytearray: nil
    }
  }
}
