internal import Checkpoints
internal import Diagnostics
internal import LanguageModels

/// Which tokenizer made the tokens.
public enum TokenizerChoice: Sendable, Equatable {
  /// The one in a file: a SentencePiece model or a tokenizer.json.
  case file(String)
  /// None: every byte is a token, as in the challenge's vocabularies of 256 and 260.
  case bytes

  /// How the command line spells `bytes`; a file of that name is `./bytes`.
  public static let bytesSpelling = "bytes"

  /// What was typed.
  public init(_ text: String) { self = text == Self.bytesSpelling ? .bytes : .file(text) }

  /// Throws E09 where the model's file names another tokenizer than the file that was chosen.
  func requireTokenizer(
    of checkpoint: Checkpoint, _ audit: inout Audit
  ) throws(Rejection) {
    guard case .file(let path) = self, let wanted = checkpoint.notes.tokenizer else { return }
    let chosen = try FileDigest(path: path)
    guard chosen.sha256 != wanted.sha256 else { return }
    try audit.enforce(
      EvaluationRules.otherTokenizer,
      "\(checkpoint.path) names \(wanted.name) with SHA-256 \(wanted.sha256), this is "
        + chosen.sha256, at: Place(file: path))
  }

  /// The bytes of each token of a model's vocabulary. Throws what opening the tokenizer throws, and
  /// E03 where it has another vocabulary.
  func byteCounts(
    vocabularySize: Int, _ audit: inout Audit
  ) throws(Rejection) -> TokenByteCounts {
    switch self {
    case .file(let path):
      let tokenizer = try Tokenizers.open(path: path)
      try Self.compare(tokenizer, vocabularySize, at: Place(file: path), &audit)
      return tokenizer.byteCounts
    case .bytes:
      guard let tokenizer = ByteTokenizer(vocabularySize: vocabularySize) else {
        throw Rejection(
          EvaluationRules.foreignTokenizer,
          "the model has \(vocabularySize) tokens; vocabularies of bytes have 256 or 260")
      }
      return tokenizer.byteCounts
    }
  }

  private static func compare(
    _ tokenizer: any Tokenizer, _ vocabularySize: Int, at place: Place, _ audit: inout Audit
  ) throws(Rejection) {
    let size = tokenizer.vocabularySize
    let mayBeRoundedUp = tokenizer is HuggingFaceTokenizer
    guard size != vocabularySize, size > vocabularySize || !mayBeRoundedUp else { return }
    try audit.enforce(
      EvaluationRules.foreignTokenizer,
      "the model has \(vocabularySize) tokens, the tokenizer \(size)", at: place)
  }
}
