import Diagnostics

extension PickleEngine {
  mutating func pop() throws(Rejection) -> NodeID {
    guard let id = stack.pop() else {
      throw rejection(PickleRules.stackUnderflow, "\(cursor.opcodeName) finds no value to take")
    }
    return id
  }

  func top() throws(Rejection) -> NodeID {
    guard let id = stack.top else {
      throw rejection(PickleRules.stackUnderflow, "\(cursor.opcodeName) finds no value to work on")
    }
    return id
  }

  mutating func popToMark() throws(Rejection) -> [NodeID] {
    guard let items = stack.popToMark() else {
      throw rejection(PickleRules.stackUnderflow, "\(cursor.opcodeName) without a MARK before it")
    }
    return items
  }

  mutating func rearrange(_ opcode: Opcode) throws(Rejection) {
    switch opcode {
    case .mark: stack.mark()
    case .popMark: _ = try popToMark()
    case .pop: if !stack.popBareMark() { _ = try pop() }
    default: stack.push(try top())
    }
  }

  /// Makes a container of what lies on the stack.
  mutating func gather(_ opcode: Opcode) throws(Rejection) {
    switch opcode {
    case .tuple1: push(.tuple(try pop(1)))
    case .tuple2: push(.tuple(try pop(2)))
    case .tuple3: push(.tuple(try pop(3)))
    case .tuple: push(.tuple(try popToMark()))
    case .list: push(.list(try popToMark()))
    case .frozenset: push(.frozenset(try popToMark()))
    default:
      let items = try popToMark()
      push(.dict([]))
      try setItems(items)
    }
  }

  private mutating func pop(_ count: Int) throws(Rejection) -> [NodeID] {
    guard let items = stack.pop(count) else {
      throw rejection(
        PickleRules.stackUnderflow, "\(cursor.opcodeName) finds fewer than \(count) values")
    }
    return items
  }

  /// Adds what lies on the stack to the container below it.
  mutating func fill(_ opcode: Opcode) throws(Rejection) {
    switch opcode {
    case .append: try appendItems(try pop(1))
    case .appends: try appendItems(try popToMark())
    case .setitem: try setItems(try pop(2))
    case .setitems: try setItems(try popToMark())
    default:
      let items = try popToMark()
      let target = try top()
      if !arena.insert(items, into: target) {
        try breach(PickleRules.itemsOfNonList, "ADDITEMS on \(arena[target].kind), not a set")
      }
    }
  }

  private mutating func appendItems(_ items: [NodeID]) throws(Rejection) {
    let target = try top()
    guard arena.append(items, to: target) else {
      return try breach(
        PickleRules.itemsOfNonList, "\(cursor.opcodeName) on \(arena[target].kind), not a list")
    }
  }

  private mutating func setItems(_ items: [NodeID]) throws(Rejection) {
    let target = try top()
    if !items.count.isMultiple(of: 2) {
      try breach(
        PickleRules.itemsOfNonDictionary,
        "\(cursor.opcodeName) with \(items.count) values: a key lacks its value")
    }
    guard arena.set(items, in: target) else {
      return try breach(
        PickleRules.itemsOfNonDictionary,
        "\(cursor.opcodeName) on \(arena[target].kind), not a dictionary")
    }
  }
}

// MARK: Memo

extension PickleEngine {
  mutating func store(_ opcode: Opcode) throws(Rejection) {
    let id = opcode == .memoize ? memo.count : try memoID(opcode)
    guard id < limits.memoEntries else {
      throw rejection(
        PickleRules.sparseMemo,
        "\(opcode.name) with memo id \(id); ids below \(limits.memoEntries) are read")
    }
    memo[id] = try top()
  }

  mutating func recall(_ opcode: Opcode) throws(Rejection) {
    let id = try memoID(opcode)
    guard let value = memo[id] else {
      throw rejection(
        PickleRules.unknownMemo, "\(opcode.name) of memo id \(id), which holds nothing")
    }
    stack.push(value)
  }

  private mutating func memoID(_ opcode: Opcode) throws(Rejection) -> Int {
    switch opcode {
    case .binput, .binget: return Int(try cursor.integer(UInt8.self))
    case .longBinput, .longBinget: return Int(try cursor.integer(UInt32.self))
    default:
      let line = try cursor.line()
      let digits = cursor.array(line.prefix(11))
      let isDecimal = digits.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
      guard (1...10).contains(digits.count), isDecimal else {
        throw rejection(
          PickleRules.decimalText, "\(opcode.name) with a memo id of \(line.count) characters")
      }
      return digits.reduce(0) { $0 * 10 + Int($1 - UInt8(ascii: "0")) }
    }
  }
}
