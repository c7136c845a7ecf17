internal import Diagnostics
internal import LanguageModels

extension FuzzEntry {
  /// What a damaged tokenizer is tried on: spaces, digits, a contraction, broken and composed text.
  private static let sample: [UInt8] =
    Array("  Don't the 12 nai\u{308}ve\r\n日本 \u{2581}x".utf8) + [0xff, 0, 0x61]

  static func readSentencePiece(_ bytes: RawSpan) {
    guard let tokenizer = try? SentencePieceTokenizer(parsing: bytes) else { return }
    use(tokenizer)
  }

  static func readTokenizerDescription(_ bytes: RawSpan) {
    guard let tokenizer = try? HuggingFaceTokenizer(parsing: bytes) else { return }
    _ = tokenizer.framed([])
    use(tokenizer)
  }

  /// Ids that a tokenizer gives must be ids that it takes.
  private static func use(_ tokenizer: some Tokenizer) {
    guard let ids = try? tokenizer.encode(sample.span.bytes) else { return }
    do {
      _ = try tokenizer.decode(ids)
    } catch {
      // A decoder may ask for more text than is given.
      precondition(error.rule == LanguageModelRules.textTooLong, "an id of its own is unknown")
    }
    precondition(
      tokenizer.byteCounts.vocabularySize == tokenizer.vocabularySize, "a table too short")
  }

  static func readShard(_ bytes: RawSpan) {
    guard let count = try? TokenShard.tokenCount(header: bytes) else { return }
    _ = bytes.extracting(TokenShard.headerByteCount..<(TokenShard.headerByteCount + 2 * count))
  }
}
