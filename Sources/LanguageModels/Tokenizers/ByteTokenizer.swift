public import Diagnostics
internal import TensorCore

/// A vocabulary of bytes: each byte is a token, after some ids without text.
///
/// The challenge has two: ids 0…255 without specials, and 4 specials before the bytes.
public struct ByteTokenizer: Tokenizer {
  /// How many ids without text come before the 256 bytes.
  public let specialCount: Int
  /// How many bytes each token stands for: one, or none for a special.
  public let byteCounts: TokenByteCounts

  /// A vocabulary of `specialCount` ids without text and 256 bytes.
  public init(specialCount: Int) {
    self.specialCount = specialCount
    var counts = TokenByteCounts(vocabularySize: specialCount + 256)
    for byte in 0..<256 { counts.set(specialCount + byte, byteCount: 1) }
    byteCounts = counts
  }

  /// The vocabulary of the challenge that has this many ids; nil where neither has.
  public init?(vocabularySize: Int) {
    guard vocabularySize == 256 || vocabularySize == 260 else { return nil }
    self.init(specialCount: vocabularySize - 256)
  }

  /// The specials and the bytes.
  public var vocabularySize: Int { specialCount + 256 }

  /// A token for each byte.
  public func encode(_ text: RawSpan) -> [Int32] {
    text.copied().map { Int32(specialCount) + Int32($0) }
  }

  /// The bytes; specials give none.
  public func decode(_ tokens: [Int32]) throws(Rejection) -> [UInt8] {
    var bytes: [UInt8] = []
    for token in tokens {
      guard token >= 0, token < vocabularySize else {
        throw Rejection(
          LanguageModelRules.unknownToken, "token \(token) in a vocabulary of \(vocabularySize)")
      }
      if let byte = UInt8(exactly: Int(token) - specialCount) { bytes.append(byte) }
    }
    return bytes
  }
}
