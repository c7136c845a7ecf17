import Diagnostics

extension PickleEngine {
  mutating func push(_ node: PickleNode) {
    stack.push(arena.make(node, at: cursor.opcodeOffset))
  }

  mutating func pushConstant(_ opcode: Opcode) {
    let offset = cursor.opcodeOffset
    switch opcode {
    case .newtrue: stack.push(arena.constant(opcode, .bool(true), at: offset))
    case .newfalse: stack.push(arena.constant(opcode, .bool(false), at: offset))
    case .emptyTuple: stack.push(arena.constant(opcode, .tuple([]), at: offset))
    case .emptyList: push(.list([]))
    case .emptyDict: push(.dict([]))
    case .emptySet: push(.set([]))
    default: stack.push(arena.constant(.none, .none, at: offset))
    }
  }

  mutating func number(_ opcode: Opcode) throws(Rejection) -> PickleNode {
    switch opcode {
    case .binint1: .int(Int64(try cursor.integer(UInt8.self)))
    case .binint2: .int(Int64(try cursor.integer(UInt16.self)))
    case .binint: .int(Int64(try cursor.integer(Int32.self)))
    case .binfloat: .float(Double(bitPattern: try cursor.integer(UInt64.self).byteSwapped))
    case .long1: try long(length: Int(try cursor.integer(UInt8.self)))
    case .long4: try long(length: Int(try cursor.integer(Int32.self)))
    default: try decimal(opcode)
    }
  }

  private mutating func long(length: Int) throws(Rejection) -> PickleNode {
    guard (0...limits.integerBytes).contains(length) else {
      throw rejection(
        PickleRules.integerSize,
        "an integer of \(length) bytes; at most \(limits.integerBytes) are read")
    }
    var digits = cursor.array(try cursor.payload(length: length))
    // Python accepts padding; without it, equal numbers have equal bytes.
    while let top = digits.last, top == 0 || top == 0xFF,
      digits.dropLast().last.map({ $0 >> 7 == top >> 7 }) ?? (top == 0)
    { digits.removeLast() }
    guard digits.count <= 8 else { return .bigInt(digits) }
    let sign: Int64 = (digits.last ?? 0) >> 7 == 1 ? -1 : 0
    return .int(digits.reversed().reduce(sign) { $0 << 8 | Int64($1) })
  }

  /// INT, LONG and FLOAT of protocol 0: decimal text that ends with a newline.
  private mutating func decimal(_ opcode: Opcode) throws(Rejection) -> PickleNode {
    let line = try cursor.line()
    let text = line.count <= 40 ? cursor.text(line) ?? "" : ""
    switch opcode {
    case .int where text == "00": return .bool(false)
    case .int where text == "01": return .bool(true)
    case .int: if let value = Int64(text) { return .int(value) }
    case .long:
      if let value = Int64(text.last == "L" ? text.dropLast() : text[...]) { return .int(value) }
    default:
      let isDecimal = text.utf8.allSatisfy { "0123456789+-.einfa".utf8.contains($0) }
      if isDecimal, let value = Double(text) { return .float(value) }
    }
    throw rejection(
      PickleRules.decimalText, "\(opcode.name) with the text \"\(text.printable(limit: 40))\"")
  }

  mutating func text(_ opcode: Opcode) throws(Rejection) -> PickleNode {
    let range = try payload(of: opcode)
    // No overflow: the payloads lie side by side in the stream.
    stringBytes += range.count
    guard stringBytes <= limits.totalStringBytes else {
      throw rejection(
        PickleRules.tooLarge, "more than \(limits.totalStringBytes) bytes of strings")
    }
    switch opcode {
    case .binbytes, .shortBinbytes, .binbytes8: return .bytes(cursor.array(range))
    case .bytearray8: return .bytearray(cursor.array(range))
    case .binstring, .shortBinstring:
      return cursor.text(range).map { .string($0) } ?? .bytes(cursor.array(range))
    default:
      if let text = cursor.text(range) { return .string(text) }
      let text = cursor.repairedText(range)
      try breach(
        PickleRules.malformedText,
        "a string of \(range.count) bytes, \"\(text.printable(limit: 40))\"")
      return .string(text)
    }
  }

  private mutating func payload(of opcode: Opcode) throws(Rejection) -> Range<Int> {
    switch opcode {
    case .shortBinunicode, .shortBinbytes, .shortBinstring:
      try cursor.payload(length: try cursor.integer(UInt8.self))
    case .binunicode, .binbytes: try cursor.payload(length: try cursor.integer(UInt32.self))
    case .binstring: try cursor.payload(length: try cursor.integer(Int32.self))
    default: try cursor.payload(length: try cursor.integer(UInt64.self))
    }
  }
}
