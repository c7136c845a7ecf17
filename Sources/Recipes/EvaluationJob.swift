public import Diagnostics
public import LanguageModels
internal import TensorCore

/// What `eval` is asked to do.
public struct EvaluationJob: Sendable {
  /// The token shards, as a pattern of paths.
  public var tokenPattern: String
  /// The tokenizer that tells the bytes of each token; needed only where no sidecars do.
  public var tokenizer: TokenizerChoice?
  /// The sidecars that tell the bytes of each token, as a pattern of paths; nil for those that lie
  /// beside the shards, if any.
  public var byteCountPattern: String?
  /// The longest sequence that the model sees.
  public var sequenceLength = 1024
  /// How far the next window begins; nil for windows side by side.
  public var stride: Int?
  /// Whether every document is evaluated by itself.
  public var isolatesDocuments = false
  /// The token that begins a document; nil for the one that the model's configuration names.
  public var beginToken: Int?
  /// How many tokens of the shards are used; nil for all.
  public var maximumTokenCount: Int?
  /// The ids of rules that become warnings.
  public var leniency: Set<String> = []

  /// A job on the shards that `tokenPattern` matches.
  public init(tokenPattern: String) {
    self.tokenPattern = tokenPattern
  }

  /// What came of it.
  public struct Outcome: Sendable {
    /// How well the model predicts.
    public let evaluation: Evaluation
    /// What told the bytes of the tokens.
    public let byteCounts: ByteCountSource
    /// What was noticed.
    public let warnings: [Audit.Warning]
  }

  /// Evaluates a model, and compares it with a reference if there is one. Throws what opening the
  /// shards, the sidecars and the tokenizer throws, and E01 to E09.
  public func run(
    _ loaded: LoadedModel, reference: LoadedModel? = nil,
    progress: (_ done: Int, _ total: Int) -> Void = { _, _ in }
  ) throws(Rejection) -> Outcome {
    var audit = Audit(leniency: leniency)
    let shards = try TokenShards(
      matching: tokenPattern, vocabularySize: loaded.model.vocabularySize)
    try tokenizer?.requireTokenizer(of: loaded.checkpoint, &audit)
    let counts = try byteCounts(of: shards, &audit)
    let tokens = shards.prefix(usedTokenCount(of: shards.tokenCount))
    let evaluation = try Evaluation(
      of: loaded.model, against: reference?.model, on: tokens, mode: mode(for: loaded.model),
      bytes: { targets throws(Rejection) in try counts.byteCount(of: targets, in: tokens) },
      progress: { progress($0, max(tokens.tokenCount - 1, 0)) })
    return Outcome(evaluation: evaluation, byteCounts: counts, warnings: audit.warnings)
  }

  /// Sidecars come before the tokenizer: they are written where it cannot tell. The tokenizer is
  /// compared with the model all the same.
  func byteCounts(
    of shards: TokenShards, _ audit: inout Audit
  ) throws(Rejection) -> ByteCountSource {
    let vocabulary = try tokenizer?.byteCounts(vocabularySize: shards.vocabularySize, &audit)
    let sidecar =
      if let byteCountPattern { try ByteCountSidecar(matching: byteCountPattern, for: shards) } else
      { try ByteCountSidecar(beside: shards) }
    if let sidecar { return .sidecar(sidecar) }
    if let vocabulary { return .vocabulary(vocabulary) }
    throw Rejection(
      EvaluationRules.unknownByteCounts, "no tokenizer was given, and no sidecar lies beside",
      at: Place(file: tokenPattern))
  }

  private func mode(
    for model: any LanguageModel<Tensor>
  ) throws(Rejection) -> EvaluationMode {
    if isolatesDocuments {
      return .documents(length: sequenceLength, beginToken: try beginToken(of: model))
    }
    guard let stride else { return .fixed(length: sequenceLength) }
    return .sliding(length: sequenceLength, stride: stride)
  }

  private func beginToken(of model: any LanguageModel<Tensor>) throws(Rejection) -> Int {
    guard let token = beginToken ?? model.beginToken else {
      throw Rejection(
        EvaluationRules.unknownBeginToken, "the configuration has no bos_token_id")
    }
    guard token < model.vocabularySize else {
      throw Rejection(
        EvaluationRules.foreignToken,
        "documents would begin with \(token), and the vocabulary has \(model.vocabularySize)")
    }
    return token
  }

  /// The challenge's scripts cut the stream to whole windows before they choose any.
  private func usedTokenCount(of count: Int) -> Int {
    let count = min(count, maximumTokenCount ?? count)
    guard !isolatesDocuments, count > sequenceLength else { return count }
    return (count - 1) / sequenceLength * sequenceLength + 1
  }
}
