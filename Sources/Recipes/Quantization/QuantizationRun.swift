public import Checkpoints
public import Diagnostics
public import JSON
internal import LanguageModels
public import Quantization
internal import TensorCore

/// A quantization from a checkpoint to what an artifact of it will hold: calibrates, chooses steps
/// and quantizes.
public struct QuantizationRun: Sendable {
  /// Which tensors are quantized how.
  public var recipe: QuantizationRecipe
  /// What steps are chosen by.
  public var goal = QuantizationGoal.step(1)
  /// Bytes that count against a budget besides the artifact's: code.
  public var overheadByteCount = 0
  /// Whether the artifact's decoder in Python, under zlib, counts against a budget.
  public var addsDecoder = false
  /// Token shards that the model is calibrated on, as a pattern; nil for methods without.
  public var calibrationTokens: String?
  /// What layers read, from an earlier calibration; nil to find out from the tokens.
  public var statistics: [String: InputStatistics]?
  /// How many tokens second moments are gathered from.
  public var calibrationTokenCount = 131_072
  /// How many tokens the Fisher information is gathered from; 0 leaves it out.
  public var fisherTokenCount = 16_384
  /// How many tokens every matrix is measured on, to divide bits by what it costs; 0 trusts the
  /// Fisher information.
  public var sensitivityTokenCount = 4096
  /// How many tokens scales are tuned on; 0 leaves them as they are.
  public var tuningTokenCount = 131_072
  /// What goals of divergence and loss are judged on: of the shards that are calibrated on, what
  /// comes after that. Its tokenizer tells the bytes of a loss in bits per byte.
  public var judging: EvaluationJob?
  /// How many tokens the model sees at once.
  public var sequenceLength = 1024
  /// The model's configuration, if it needs one.
  public var configuration: JSONValue?
  /// What the Fisher information is drawn with.
  public var seed: UInt64 = 0
  /// How the artifact will be written.
  public var conversion = ConversionOptions()

  /// What the result depends on besides the recipe and the tokens themselves: how many of them each
  /// part of the run sees, and how.
  public var calibrationNote: JSONValue {
    let counts = [
      ("fisher_tokens", fisherTokenCount), ("sensitivity_tokens", sensitivityTokenCount),
      ("tune_tokens", tuningTokenCount), ("sequence_length", sequenceLength),
      ("seed", Int(clamping: seed)),
    ]
    let ownCount = statistics == nil ? calibrationTokenCount : 0
    guard calibrationTokens != nil else { return ["tokens": 0] }
    return .object(
      [("tokens", .integer(ownCount))] + counts.map { ($0.0, .integer($0.1)) })
  }

  /// A run of a recipe.
  public init(_ recipe: QuantizationRecipe) { self.recipe = recipe }

  /// What is being done, for whoever waits.
  public enum Progress: Sendable {
    /// Tokens that went through the model, of how many.
    case calibrating(done: Int, of: Int)
    /// What steps of columns are expected to save, in bits for each weight; told before anything is
    /// quantized where columns have steps of their own.
    case predicted(gain: Double)
    /// Gradients are taken.
    case weighing
    /// Matrices whose cost was measured, of how many.
    case measuring(done: Int, of: Int)
    /// Tokens that scales were tuned on, of how many.
    case tuning(done: Int, of: Int)
    /// Weights that were quantized in a try, of how many.
    case quantizing(attempt: Int, done: Int, of: Int)
  }

  /// A step that was tried.
  public struct Attempt: Sendable {
    /// The factor of all steps.
    public let step: Double
    /// The bytes of its artifact; nil where the goal is another one.
    public var byteCount: Int?
    /// The divergence in nats per token or the loss in bits per byte, if that is the goal.
    public var cost: Double?
  }

  /// What came of it.
  public struct Outcome: Sendable {
    /// The checkpoint with codes in place of weights.
    public let checkpoint: Checkpoint
    /// The factor of all steps.
    public let step: Double
    /// What the goal limited and the result came to: bytes, nats per token or bits per byte; nil
    /// where nobody asked for a number.
    public let value: Double?
    /// The steps that were tried, and what they came to.
    public let attempts: [Attempt]
    /// What was quantized, and how.
    public let weights: [QuantizedWeight]
  }

  /// Transforms, calibrates, searches, quantizes and tunes. Throws Q01 to Q08, R04 and what
  /// reading, calibrating and judging throw.
  public func run(
    _ checkpoint: Checkpoint, progress: @escaping @Sendable (Progress) -> Void = { _ in }
  ) throws(Rejection) -> Outcome {
    let checkpoint = try checkpoint.transformed(
      by: recipe.transforms, configuration: configuration)
    var job = try job(for: checkpoint, progress)
    job.gains = try job.predictedGains()
    let gain = [QuantizedWeight].mean(job.gains, job.items.map(\.weight.elements.count))
    if let gain { progress(.predicted(gain: gain)) }
    if let calibrationTokens, sensitivityTokenCount > 0 {
      let count = job.items.count
      let measured = try Sensitivities(
        windows: windows(calibrationTokens, sensitivityTokenCount), configuration: configuration
      ).measure(job, checkpoint) { progress(.measuring(done: $0, of: count)) }
      (job.costs, job.factors) = (measured.costs, measured.factors)
    }
    let total = job.elementCount
    var search = QuantizationSearch(
      job, conversion, addsDecoder: countsDecoder, tune: try tuning(of: checkpoint, job, progress)
    ) { attempt, done in progress(.quantizing(attempt: attempt, done: done, of: total)) }
    guard let found = try find(checkpoint, &search) else {
      throw infeasible(search.attempts, checkpoint)
    }
    return Outcome(
      checkpoint: found.checkpoint, step: found.step,
      value: found.value.isNaN ? nil : found.value, attempts: search.attempts,
      weights: try job.weights(step: found.step, adjusting: found.adjusted))
  }

  private func find(
    _ checkpoint: Checkpoint, _ search: inout QuantizationSearch
  ) throws(Rejection) -> QuantizationSearch.Candidate? {
    switch goal {
    case .step(let step): return try search.run(step: step)
    case .bytes(let count): return try search.run(limit: count - overheadByteCount)
    case .bitsPerParameter(let bits):
      return try search.run(limit: Int(bits * Double(checkpoint.parameterCount) / 8))
    case .divergence(let limit), .bitsPerByteLoss(let limit):
      guard var evaluation = judging else {
        preconditionFailure("goals of divergence and loss come with tokens")
      }
      evaluation.sequenceLength = sequenceLength
      let isElsewhere = evaluation.tokenPattern != calibrationTokens
      let judge = try QuantizationJudge(
        LoadedModel(checkpoint, configuration: configuration), configuration, evaluation,
        skipping: isElsewhere ? 0 : usedTokenCount, goal: goal)
      return try search.run(costLimit: limit) { (candidate) throws(Rejection) in
        try judge.cost(of: candidate)
      }
    }
  }

  /// Bits per parameter are those of the artifact alone.
  private var countsDecoder: Bool {
    guard case .bytes = goal else { return false }
    return addsDecoder
  }

  /// How many tokens of the calibration's shards anything was chosen by.
  private var usedTokenCount: Int {
    max(
      max(calibrationTokenCount, tuningTokenCount), max(fisherTokenCount, sensitivityTokenCount))
  }

  /// Why there is no result.
  private func infeasible(_ attempts: [Attempt], _ checkpoint: Checkpoint) -> Rejection {
    let place = Place(file: checkpoint.path)
    if let least = attempts.compactMap(\.cost).min() {
      return Rejection(
        QuantizationRules.budget, "\(least) is the least that was found with the finest steps",
        at: place)
    }
    let least = attempts.compactMap(\.byteCount).min() ?? 0
    var allowed = overheadByteCount
    if case .bytes(let count) = goal { allowed = count }
    if case .bitsPerParameter(let bits) = goal {
      allowed += Int(bits * Double(checkpoint.parameterCount) / 8)
    }
    return Rejection(
      QuantizationRules.budget,
      "\(least + overheadByteCount) bytes is the least that was found, \(overheadByteCount) of "
        + "them code\(addsDecoder ? ", and some the decoder" : ""); \(allowed) were allowed",
      at: place)
  }

  /// What tunes scales; nil where nothing is tuned.
  private func tuning(
    of checkpoint: Checkpoint, _ job: QuantizationJob,
    _ progress: @escaping @Sendable (Progress) -> Void
  ) throws(Rejection) -> ((Checkpoint) throws(Rejection) -> TunedScales)? {
    guard let calibrationTokens, tuningTokenCount > 0 else { return nil }
    let reference = try LoadedModel(checkpoint, configuration: configuration)
    let tuning = ScaleTuning(
      windows: windows(calibrationTokens, tuningTokenCount), configuration: configuration)
    return { (quantized) throws(Rejection) in
      try tuning.run(quantized, toward: reference.model, fixed: job.keptIndices) {
        progress(.tuning(done: $0, of: $1))
      }
    }
  }

  private func windows(_ tokens: String, _ count: Int) -> ModelWindows {
    ModelWindows(
      tokenPattern: tokens, tokenCount: count,
      sequenceLength: min(sequenceLength, Self.gradientLength))
  }

  /// The longest sequence that gradients are taken of: they are held for a whole one.
  private static let gradientLength = 512

  private func job(
    for checkpoint: Checkpoint, _ progress: @escaping @Sendable (Progress) -> Void
  ) throws(Rejection) -> QuantizationJob {
    let statistics = if let statistics { statistics } else { try calibrate(checkpoint, progress) }
    var outputs: [String: OutputStatistics] = [:]
    if let calibrationTokens, fisherTokenCount > 0 {
      progress(.weighing)
      outputs = try OutputStatistics.fisher(
        of: checkpoint, configuration: configuration, inputs: statistics,
        tokens: calibrationTokens, tokenCount: fisherTokenCount,
        length: min(sequenceLength, Self.gradientLength), seed: seed)
    }
    let names = ModelNames(try checkpoint.computableTensors(.f32), configuration)
    return try QuantizationJob(
      checkpoint, recipe, statistics: statistics, outputs: outputs, modelName: names.own)
  }

  /// What layers read in the calibration's tokens; nothing without any.
  private func calibrate(
    _ checkpoint: Checkpoint, _ progress: @escaping @Sendable (Progress) -> Void
  ) throws(Rejection) -> [String: InputStatistics] {
    guard let calibrationTokens else { return [:] }
    let model = try LoadedModel(checkpoint, configuration: configuration)
    var calibration = CalibrationJob(tokenPattern: calibrationTokens)
    calibration.maximumTokenCount = calibrationTokenCount
    calibration.sequenceLength = min(sequenceLength, model.model.maximumLength ?? sequenceLength)
    let plan = try calibration.plan(for: model)
    return InputStatistics.of(
      try calibration.run(model, plan) { progress(.calibrating(done: $0, of: plan.tokenCount)) })
  }
}
