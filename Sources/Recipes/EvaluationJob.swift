public import Diagnostics
public import LanguageModels

/// What `eval` is asked to do.
public struct EvaluationJob: Sendable {
  /// The token shards, as a pattern of paths.
  public var tokenPattern: String
  /// The SentencePiece model that tells the bytes of each token.
  public var tokenizerPath: String
  /// The longest sequence that the model sees.
  public var sequenceLength = 1024
  /// How far the next window begins; nil for windows side by side.
  public var stride: Int?
  /// Whether every document is evaluated by itself.
  public var isolatesDocuments = false
  /// How many tokens of the shards are used; nil for all.
  public var maximumTokenCount: Int?

  /// A job on the shards that `tokenPattern` matches.
  public init(tokenPattern: String, tokenizerPath: String) {
    self.tokenPattern = tokenPattern
    self.tokenizerPath = tokenizerPath
  }

  /// Evaluates a model, and compares it with a reference if there is one. Throws what opening the
  /// shards and the tokenizer throws, E01 and E02.
  public func run(
    _ loaded: LoadedModel, reference: LoadedModel? = nil,
    progress: (_ done: Int, _ total: Int) -> Void = { _, _ in }
  ) throws(Rejection) -> Evaluation {
    let tokenizer = try SentencePieceTokenizer(path: tokenizerPath)
    let shards = try TokenShards(
      matching: tokenPattern, vocabularySize: loaded.model.vocabularySize)
    let tokens = try shards.tokens(in: 0..<usedTokenCount(of: shards.tokenCount))
    let counts = try Self.byteCounts(tokens, tokenizer.byteCounts)
    return try Evaluation(
      of: loaded.model, against: reference?.model, on: tokens, mode: mode,
      bytes: { Int(counts[$0]) }, progress: { progress($0, max(tokens.count - 1, 0)) })
  }

  private var mode: EvaluationMode {
    if isolatesDocuments { return .documents(length: sequenceLength, beginToken: 1) }
    guard let stride else { return .fixed(length: sequenceLength) }
    return .sliding(length: sequenceLength, stride: stride)
  }

  /// The challenge's scripts cut the stream to whole windows before they choose any.
  private func usedTokenCount(of count: Int) -> Int {
    let count = min(count, maximumTokenCount ?? count)
    guard !isolatesDocuments, count > sequenceLength else { return count }
    return (count - 1) / sequenceLength * sequenceLength + 1
  }

  /// The bytes that every token stands for after the one before it.
  private static func byteCounts(
    _ tokens: [UInt16], _ table: TokenByteCounts
  ) throws(Rejection) -> [UInt16] {
    var counts: [UInt16] = []
    counts.reserveCapacity(tokens.count)
    for (position, token) in tokens.enumerated() {
      let previous = position > 0 ? Int(tokens[position - 1]) : nil
      counts.append(UInt16(clamping: try table.byteCount(of: Int(token), after: previous)))
    }
    return counts
  }
}
