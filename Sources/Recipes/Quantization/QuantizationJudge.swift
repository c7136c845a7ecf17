internal import Checkpoints
internal import Diagnostics
internal import JSON
internal import LanguageModels
internal import TensorCore

/// Says what a quantization costs, on tokens that it was not calibrated on.
struct QuantizationJudge: Sendable {
  /// How many tokens are judged on.
  static let tokenCount = 32_768

  private let reference: LoadedModel
  private let configuration: JSONValue?
  private let shards: TokenShards
  private let tokens: TokenSlice<TokenShards>
  private let length: Int
  private let byteCounts: ByteCountSource?
  private let goal: QuantizationGoal

  /// A judge of what `goal` limits, on the shards of a job after the first `skipped` tokens, or on
  /// the last where too few come after. Throws what opening shards and tokenizer throws.
  init(
    _ reference: LoadedModel, _ configuration: JSONValue?, _ evaluation: EvaluationJob,
    skipping skipped: Int, goal: QuantizationGoal
  ) throws(Rejection) {
    self.reference = reference
    self.configuration = configuration
    self.goal = goal
    length = min(evaluation.sequenceLength, reference.model.maximumLength ?? .max)
    let shards = try TokenShards(
      matching: evaluation.tokenPattern, vocabularySize: reference.model.vocabularySize)
    self.shards = shards
    // A target comes after the last input.
    let left = shards.tokenCount - skipped
    let wanted = Self.tokenCount / length * length + 1
    let count = min(wanted, left > length ? left : shards.tokenCount)
    let start = max(0, min(skipped, shards.tokenCount - count))
    tokens = TokenSlice(shards, start..<(start + count))
    var audit = Audit(leniency: evaluation.leniency)
    byteCounts =
      if case .bitsPerByteLoss = goal { try evaluation.byteCounts(of: shards, &audit) } else {
        nil
      }
  }

  /// What the goal limits: the mean divergence in nats per token, or the loss in bits per byte.
  /// Throws what reading and evaluating throw.
  func cost(of quantized: Checkpoint) throws(Rejection) -> Double {
    let model = try LoadedModel(quantized, configuration: configuration)
    let evaluation = try Evaluation(
      of: model.model, against: reference.model, on: tokens, mode: .fixed(length: length),
      bytes: { (targets) throws(Rejection) in
        guard let byteCounts else { return targets.count }
        return try byteCounts.byteCount(of: tokens.inSource(targets), in: shards)
      })
    if case .bitsPerByteLoss = goal {
      return evaluation.bitsPerByte - evaluation.referenceBitsPerByte
    }
    return evaluation.closeness?.meanDivergence ?? 0
  }
}
