/// The name of a chunk, a xorb or a file: 32 bytes that BLAKE3 makes of its content.
public struct XetHash: Sendable, Hashable {
  /// The bytes as four little-endian numbers, which is how their text is written.
  let words: HashWords

  /// How many bytes a hash has.
  public static let byteCount = 32

  /// The hash of no chunks at all.
  public static let zero = XetHash(words: HashWords(repeating: 0))

  init(words: HashWords) { self.words = words }

  /// The hash of these bytes, which must be 32.
  public init(rawBytes: some Collection<UInt8>) {
    precondition(rawBytes.count == Self.byteCount, "a hash has 32 bytes")
    var words = HashWords(repeating: 0)
    for (index, byte) in rawBytes.enumerated() {
      words[index / 8] |= UInt64(byte) << UInt64(8 * (index % 8))
    }
    self.words = words
  }

  /// The hash at `offset` of `bytes`, which must be inside.
  init(of bytes: RawSpan, at offset: Int) {
    words = HashWords(
      bytes.uint64(at: offset), bytes.uint64(at: offset + 8), bytes.uint64(at: offset + 16),
      bytes.uint64(at: offset + 24))
  }

  /// The hash that has this text; nil unless it is 64 lowercase hexadecimal digits.
  ///
  /// Lowercase only, so that a hash has one text, one path and one name of a file.
  public init?(hex: some StringProtocol) {
    guard hex.utf8.count == 2 * Self.byteCount else { return nil }
    var words = HashWords(repeating: 0)
    for (index, digit) in hex.utf8.enumerated() {
      guard let value = Self.value(ofDigit: digit) else { return nil }
      words[index / 16] = words[index / 16] << 4 | UInt64(value)
    }
    self.words = words
  }

  private static func value(ofDigit digit: UInt8) -> UInt8? {
    switch digit {
    case 0x30...0x39: digit - 0x30
    case 0x61...0x66: digit - 0x61 + 10
    default: nil
    }
  }

  /// The 32 bytes.
  public var bytes: [UInt8] {
    (0..<Self.byteCount).map { index in
      UInt8(truncatingIfNeeded: words[index / 8] >> UInt64(8 * (index % 8)))
    }
  }

  /// The text that addresses and clients use: each group of eight bytes is written backwards.
  public var hex: String {
    var text: [UInt8] = []
    appendHex(to: &text)
    return String(decoding: text, as: UTF8.self)
  }

  /// The bytes in the order of the text.
  var textOrder: [UInt8] {
    (0..<Self.byteCount).map { index in
      UInt8(truncatingIfNeeded: words[index / 8] >> UInt64(56 - 8 * (index % 8)))
    }
  }

  /// Adds the characters of the text.
  func appendHex(to text: inout [UInt8]) {
    for index in 0..<4 {
      for shift in stride(from: 60, through: 0, by: -4) {
        let value = UInt8(truncatingIfNeeded: words[index] >> UInt64(shift)) & 15
        text.append(value < 10 ? 0x30 + value : 0x61 - 10 + value)
      }
    }
  }

  /// Adds the 32 bytes.
  func append(to bytes: inout [UInt8]) {
    for index in 0..<4 { bytes.append(littleEndian: words[index]) }
  }
}

extension XetHash: Comparable {
  /// In the order of the texts.
  public static func < (left: XetHash, right: XetHash) -> Bool {
    for index in 0..<4 where left.words[index] != right.words[index] {
      return left.words[index] < right.words[index]
    }
    return false
  }
}

extension XetHash: CustomStringConvertible {
  /// The text.
  public var description: String { hex }
}
