public import Diagnostics

/// Reads what `AdaptiveEncoder` writes.
///
/// A hostile message costs at most some 1,400 bits for each of its bytes: nothing is likelier than
/// 255 in 256, and reading beyond the end is an error.
public struct AdaptiveDecoder {
  private var contexts = AdaptiveContexts()
  private var words: [String] = []
  private let bytes: [UInt8]
  private var position = 4
  private var code: UInt32 = 0
  private var range: UInt32 = .max

  /// A reader of a message.
  public init(_ bytes: [UInt8]) {
    self.bytes = bytes
    for index in 0..<4 { code = code << 8 | UInt32(index < bytes.count ? bytes[index] : 0) }
  }

  mutating func bit(_ context: AdaptiveContext) throws(Rejection) -> Bool {
    let index = contexts.index(of: context)
    let part = (range >> 16) * contexts[index].probability
    let bit = code < part
    if bit {
      range = part
    } else {
      code -= part
      range -= part
    }
    contexts[index].learn(bit)
    try normalize()
    return bit
  }

  /// Reads a value below `count`, all equally likely; 1 ≤ `count` ≤ 65536.
  public mutating func uniform(below count: Int) throws(Rejection) -> Int {
    let part = range / UInt32(count)
    let value = min(code / part, UInt32(count - 1))
    code -= value * part
    range = value == UInt32(count - 1) ? range - part * value : part
    try normalize()
    return Int(value)
  }

  /// Throws B05 if bytes are left that the message did not need.
  public func requireEnd() throws(Rejection) {
    try require(
      position >= bytes.count, EntropyRules.damagedDescription,
      "the description goes on for \(bytes.count - position) bytes after its end")
  }

  private mutating func normalize() throws(Rejection) {
    while range < 1 << 24 {
      code = code << 8 | UInt32(position < bytes.count ? bytes[position] : 0)
      range <<= 8
      position += 1
    }
    // An encoder leaves out at most the four bytes that end its message.
    try require(
      position <= bytes.count + 4, EntropyRules.damagedDescription,
      "the description ends after \(bytes.count) bytes, in the middle of what it describes")
  }
}

extension AdaptiveDecoder {
  /// Reads a number ≥ 0 that is at most `limit`; throws B05 for a larger one.
  public mutating func number(
    _ field: Int, digitLimit: Int = 64, limit: Int = .max - 1
  ) throws(Rejection) -> Int {
    var count = 0
    while try bit(.length(of: field, count)) {
      count += 1
      try require(
        count < 63, EntropyRules.damagedDescription, "a number of the description has 64 bits")
    }
    var digits: UInt64 = 1
    for index in 0..<count {
      let next =
        index < digitLimit ? try bit(.digit(of: field, count: count, after: digits)) : false
      digits = digits << 1 | (next ? 1 : 0)
    }
    let value = Int(digits - 1)
    try require(
      value <= limit, EntropyRules.damagedDescription,
      "number \(field) of the description is \(value), the most that can be is \(limit)")
    return value
  }

  /// Reads a number of either sign whose magnitude is at most `limit`.
  public mutating func signed(_ field: Int, limit: Int = 1 << 40) throws(Rejection) -> Int {
    let value = try number(field, limit: 2 * limit)
    return value & 1 == 0 ? value >> 1 : -(value >> 1) - 1
  }

  /// Reads a bit that stands alone.
  public mutating func flag(_ field: Int) throws(Rejection) -> Bool { try bit(.flag(field)) }

  /// Reads a byte whose probability depends on two others.
  public mutating func byte(
    _ field: Int, after a: Int = 0, _ b: Int = 0
  ) throws(Rejection) -> UInt8 {
    var digits: UInt64 = 1
    for _ in 0..<8 {
      digits = digits << 1 | (try bit(.byte(of: field, a, b, after: digits)) ? 1 : 0)
    }
    return UInt8(truncatingIfNeeded: digits)
  }

  /// Reads the bytes of a text.
  public mutating func text() throws(Rejection) -> [UInt8] {
    // The length may lie, so room is made as bytes come.
    let count = try number(CodedField.textLength)
    var text: [UInt8] = []
    while text.count < count {
      let (before, second) = (text.last ?? 0, text.count > 1 ? text[text.count - 2] : 0)
      text.append(try byte(CodedField.textByte, after: Int(before), Int(second)))
    }
    return text
  }

  /// Reads a text that other parts of the message may repeat; throws B05 where it is no UTF-8.
  public mutating func word() throws(Rejection) -> String {
    let reference = try number(CodedField.word, limit: words.count)
    guard reference == 0 else { return words[reference - 1] }
    let word = try Self.string(try text())
    words.append(word)
    return word
  }

  /// The bytes as text; throws B05 where they are no UTF-8.
  public static func string(_ bytes: [UInt8]) throws(Rejection) -> String {
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw Rejection(EntropyRules.damagedDescription, "a text of the description is no UTF-8")
    }
    return text
  }

  /// Reads a checksum.
  public mutating func checksum() throws(Rejection) -> UInt32 {
    let high = try uniform(below: 65536)
    return UInt32(high) << 16 | UInt32(try uniform(below: 65536))
  }
}
