extension JSONScanner {
  /// Reads a number: an integer where it is written as one, else a double.
  package mutating func number() throws(JSONDefect) -> JSONValue {
    let start = position
    let isNegative = byte(at: position) == UInt8(ascii: "-")
    if isNegative { position += 1 }
    let first = position
    let magnitude = skipDigits()
    guard position > first else { throw JSONDefect(.malformedNumber, at: start) }
    guard position == first + 1 || byte(at: first) != UInt8(ascii: "0") else {
      throw JSONDefect(.malformedNumber, at: start)
    }
    if try skipFraction(from: start) { return try double(start..<position) }
    guard let magnitude else { throw JSONDefect(.numberOutOfRange, at: start) }
    return try Self.integer(magnitude, isNegative: isNegative, at: start)
  }

  /// Steps over digits; their value, or nil if it exceeds 64 bits.
  private mutating func skipDigits() -> UInt64? {
    var value: UInt64? = 0
    while let byte = byte(at: position), (0x30...0x39).contains(byte) {
      if let known = value {
        let (product, overflow) = known.multipliedReportingOverflow(by: 10)
        let (sum, carry) = product.addingReportingOverflow(UInt64(byte - 0x30))
        value = overflow || carry ? nil : sum
      }
      position += 1
    }
    return value
  }

  /// Steps over a fraction and an exponent, and says whether there was either.
  private mutating func skipFraction(from start: Int) throws(JSONDefect) -> Bool {
    var found = false
    if byte(at: position) == UInt8(ascii: ".") {
      found = true
      position += 1
      try requireDigits(from: start)
    }
    if byte(at: position).map({ $0 | 0x20 }) == UInt8(ascii: "e") {
      found = true
      position += 1
      let sign = byte(at: position)
      if sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-") { position += 1 }
      try requireDigits(from: start)
    }
    return found
  }

  private mutating func requireDigits(from start: Int) throws(JSONDefect) {
    let first = position
    _ = skipDigits()
    guard position > first else { throw JSONDefect(.malformedNumber, at: start) }
  }

  private func double(_ range: Range<Int>) throws(JSONDefect) -> JSONValue {
    // Digits, signs, a point and an e: ASCII, checked above.
    let run = unsafe bytes.extracting(range)._unsafeView(as: UInt8.self)
    var text = ""
    for index in run.indices { text.unicodeScalars.append(Unicode.Scalar(run[index])) }
    guard let value = Double(text), value.isFinite else {
      throw JSONDefect(.numberOutOfRange, at: range.lowerBound)
    }
    return .number(value)
  }

  private static func integer(
    _ magnitude: UInt64, isNegative: Bool, at start: Int
  ) throws(JSONDefect) -> JSONValue {
    guard isNegative else {
      return Int(exactly: magnitude).map { .integer($0) } ?? .unsigned(magnitude)
    }
    // A signed zero exists only as a double.
    if magnitude == 0 { return .number(-0.0) }
    guard magnitude <= UInt64(1) << 63 else { throw JSONDefect(.numberOutOfRange, at: start) }
    return .integer(Int(truncatingIfNeeded: 0 &- magnitude))
  }
}
