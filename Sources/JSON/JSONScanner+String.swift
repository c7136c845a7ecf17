extension JSONScanner {
  /// Reads a string with its quotes and gives its text.
  package mutating func string() throws(JSONDefect) -> String {
    try require(UInt8(ascii: "\""), "a string")
    let start = position + 1
    var index = start
    while let byte = byte(at: index) {
      if byte == UInt8(ascii: "\"") {
        position = index + 1
        return try text(start..<index)
      }
      if byte == UInt8(ascii: "\\") { return try escapedString(from: start) }
      guard byte >= 0x20 else { throw JSONDefect(.controlCharacter, at: index) }
      index += 1
    }
    throw JSONDefect(.truncated, at: index)
  }

  /// The text of a run without escapes.
  private func text(_ range: Range<Int>) throws(JSONDefect) -> String {
    // Bytes have no invalid values.
    let run = unsafe bytes.extracting(range)._unsafeView(as: UInt8.self)
    do {
      return String(copying: try UTF8Span(validating: run))
    } catch {
      throw JSONDefect(.invalidUTF8, at: range.lowerBound + error.byteOffsets.lowerBound)
    }
  }

  /// Reads on from `start`, the first byte after the quote, undoing the escapes.
  private mutating func escapedString(from start: Int) throws(JSONDefect) -> String {
    var result = ""
    var run = start
    var index = start
    while let byte = byte(at: index) {
      switch byte {
      case UInt8(ascii: "\""):
        result += try text(run..<index)
        position = index + 1
        return result
      case UInt8(ascii: "\\"):
        result += try text(run..<index)
        position = index
        result.unicodeScalars.append(try escape())
        index = position
        run = index
      case 0..<0x20: throw JSONDefect(.controlCharacter, at: index)
      default: index += 1
      }
    }
    throw JSONDefect(.truncated, at: index)
  }

  /// Reads one escape that begins at the current position.
  private mutating func escape() throws(JSONDefect) -> Unicode.Scalar {
    let start = position
    guard let letter = byte(at: start + 1) else { throw JSONDefect(.truncated, at: start) }
    position += 2
    switch letter {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return Unicode.Scalar(letter)
    case UInt8(ascii: "b"): return "\u{8}"
    case UInt8(ascii: "f"): return "\u{c}"
    case UInt8(ascii: "n"): return "\n"
    case UInt8(ascii: "r"): return "\r"
    case UInt8(ascii: "t"): return "\t"
    case UInt8(ascii: "u"): return try unicodeEscape(at: start)
    default: throw JSONDefect(.invalidEscape, at: start)
    }
  }

  /// Reads the digits of `\uXXXX`, and of a second one where the first is a high surrogate.
  private mutating func unicodeEscape(at start: Int) throws(JSONDefect) -> Unicode.Scalar {
    let high = try fourHexDigits()
    if let scalar = Unicode.Scalar(high) { return scalar }
    guard high < 0xdc00, byte(at: position) == UInt8(ascii: "\\"),
      byte(at: position + 1) == UInt8(ascii: "u")
    else { throw JSONDefect(.loneSurrogate, at: start) }
    position += 2
    let low = try fourHexDigits()
    guard (0xdc00..<0xe000).contains(low),
      let scalar = Unicode.Scalar(0x10000 + (high - 0xd800) << 10 + (low - 0xdc00))
    else { throw JSONDefect(.loneSurrogate, at: start) }
    return scalar
  }

  private mutating func fourHexDigits() throws(JSONDefect) -> UInt32 {
    var value: UInt32 = 0
    for _ in 0..<4 {
      guard let byte = byte(at: position) else { throw JSONDefect(.truncated, at: position) }
      guard let digit = Character(Unicode.Scalar(byte)).hexDigitValue else {
        throw JSONDefect(.invalidEscape, at: position)
      }
      value = value << 4 | UInt32(digit)
      position += 1
    }
    return value
  }
}
