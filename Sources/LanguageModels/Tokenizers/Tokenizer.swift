public import Diagnostics

/// Text to token ids and back, with the bytes that each token stands for.
///
/// Ids are the reference library's, bit for bit: a model understands no others.
public protocol Tokenizer: Sendable {
  /// How many ids there are: 0 up to this number, some of them possibly without a token.
  var vocabularySize: Int { get }
  /// How many bytes of text each token stands for.
  var byteCounts: TokenByteCounts { get }
  /// The ids of a text; throws K06 for one that is longer than is held in memory at once.
  ///
  /// No special tokens are added. Bytes that are no UTF-8 become U+FFFD where the tokenizer works
  /// on characters.
  func encode(_ text: RawSpan) throws(Rejection) -> [Int32]
  /// The bytes of the text that the ids stand for; throws K05 for an id that does not exist.
  func decode(_ tokens: [Int32]) throws(Rejection) -> [UInt8]
}

extension Tokenizer {
  /// The ids of a text.
  public func encode(_ text: String) throws(Rejection) -> [Int32] {
    let bytes = Array(text.utf8)
    // Bytes have no padding, which is all that makes the view unsafe.
    return try unsafe encode(bytes.span.bytes)
  }
}

/// The most bytes that are tokenized at once; indices in the merger have 32 bits.
package let maximumTextByteCount = 1 << 28

/// The most bytes that a text of this many may become when it is rewritten: no script needs more
/// than a dozen for one, and a table that makes a few bytes millions is hostile.
func rewrittenByteLimit(of byteCount: Int) -> Int {
  min(maximumTextByteCount, 4096 + 64 * byteCount)
}

/// Throws K06 for a text of more bytes than are tokenized at once.
package func requireTokenizable(
  byteCount: Int, limit: Int = maximumTextByteCount
) throws(Rejection) {
  guard byteCount <= limit else {
    throw Rejection(
      LanguageModelRules.textTooLong,
      "\(byteCount) bytes; at most \(limit) are tokenized at once")
  }
}
