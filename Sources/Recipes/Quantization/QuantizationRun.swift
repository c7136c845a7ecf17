public import Checkpoints
public import Diagnostics
public import JSON
internal import LanguageModels
internal import Quantization
internal import TensorCore

/// A quantization from a checkpoint to what an artifact of it will hold: calibrates, chooses steps
/// and quantizes.
public struct QuantizationRun: Sendable {
  /// Which tensors are quantized how.
  public var recipe: QuantizationRecipe
  /// What steps are chosen by.
  public var goal = QuantizationGoal.step(1)
  /// Bytes that count against the goal besides the artifact's: code and decoder.
  public var overheadByteCount = 0
  /// Token shards that the model is calibrated on, as a pattern; nil for methods without.
  public var calibrationTokens: String?
  /// How many tokens second moments are gathered from.
  public var calibrationTokenCount = 131_072
  /// How many tokens the Fisher information is gathered from; 0 leaves it out.
  public var fisherTokenCount = 16_384
  /// How many tokens the model sees at once.
  public var sequenceLength = 1024
  /// The model's configuration, if it needs one.
  public var configuration: JSONValue?
  /// What the Fisher information is drawn with.
  public var seed: UInt64 = 0
  /// How the artifact will be written.
  public var conversion = ConversionOptions()

  /// A run of a recipe.
  public init(_ recipe: QuantizationRecipe) { self.recipe = recipe }

  /// What is being done, for whoever waits.
  public enum Progress: Sendable {
    /// Tokens that went through the model, of how many.
    case calibrating(done: Int, of: Int)
    /// Gradients are taken.
    case weighing
    /// Weights that were quantized in a try, of how many.
    case quantizing(attempt: Int, done: Int, of: Int)
  }

  /// What came of it.
  public struct Outcome: Sendable {
    /// The checkpoint with codes in place of weights.
    public let checkpoint: Checkpoint
    /// The factor of all steps.
    public let step: Double
    /// The bytes of the artifact; nil where nobody asked for a number.
    public let byteCount: Int?
    /// The steps that were tried, and the bytes that they came to.
    public let attempts: [(step: Double, byteCount: Int)]
    /// The names and sizes of what was quantized, with the method of each.
    public let weights: [(name: String, elementCount: Int, method: String)]
  }

  /// Calibrates, searches and quantizes. Throws Q01 to Q07 and what reading and calibrating throw.
  public func run(
    _ checkpoint: Checkpoint, progress: @escaping @Sendable (Progress) -> Void = { _ in }
  ) throws(Rejection) -> Outcome {
    let job = try job(for: checkpoint, progress)
    guard let limit = limit(for: checkpoint) else {
      guard case .step(let step) = goal else { preconditionFailure("other goals have limits") }
      let quantized = try quantize(job, step, nil, 1, progress)
      return Outcome(
        checkpoint: quantized, step: step, byteCount: nil, attempts: [], weights: job.weights)
    }
    return try search(job, limit, progress)
  }

  /// The most bytes that the artifact may have.
  private func limit(for checkpoint: Checkpoint) -> Int? {
    switch goal {
    case .step: nil
    case .bytes(let count): count - overheadByteCount
    case .bitsPerParameter(let bits): Int(bits * Double(checkpoint.parameterCount) / 8)
    }
  }

  private func job(
    for checkpoint: Checkpoint, _ progress: @escaping @Sendable (Progress) -> Void
  ) throws(Rejection) -> QuantizationJob {
    guard let calibrationTokens else {
      return try QuantizationJob(checkpoint, recipe, statistics: [:])
    }
    let model = try LoadedModel(checkpoint, configuration: configuration)
    var calibration = CalibrationJob(tokenPattern: calibrationTokens)
    calibration.maximumTokenCount = calibrationTokenCount
    calibration.sequenceLength = min(sequenceLength, model.model.maximumLength ?? sequenceLength)
    let plan = try calibration.plan(for: model)
    let statistics = InputStatistics.of(
      try calibration.run(model, plan) { progress(.calibrating(done: $0, of: plan.tokenCount)) })
    var outputs: [String: OutputStatistics] = [:]
    if fisherTokenCount > 0 {
      progress(.weighing)
      outputs = try OutputStatistics.fisher(
        of: checkpoint, configuration: configuration, inputs: statistics,
        tokens: calibrationTokens, tokenCount: fisherTokenCount,
        length: min(calibration.sequenceLength, 512), seed: seed)
    }
    return try QuantizationJob(checkpoint, recipe, statistics: statistics, outputs: outputs)
  }

  private func quantize(
    _ job: QuantizationJob, _ step: Double, _ adjusted: (name: String, factor: Double)?,
    _ attempt: Int, _ progress: @escaping @Sendable (Progress) -> Void
  ) throws(Rejection) -> Checkpoint {
    let total = job.elementCount
    return try job.run(step: step, adjusting: adjusted) { done in
      progress(.quantizing(attempt: attempt, done: done, of: total))
    }
  }

  private func search(
    _ job: QuantizationJob, _ limit: Int, _ progress: @escaping @Sendable (Progress) -> Void
  ) throws(Rejection) -> Outcome {
    var attempts = Attempts(limit: limit)
    // A step twice as large saves a bit of each weight.
    var search = StepSearch(
      limit: Double(limit), slack: Self.slack, perOctave: -Double(max(job.elementCount, 1)) / 8)
    let found = try search.run { (octaves) throws(Rejection) in
      let step = StepSearch.factor(octaves)
      let quantized = try quantize(job, step, nil, attempts.count + 1, progress)
      return attempts.add(step, quantized, try quantized.artifactByteCount(conversion))
    }
    guard let found else {
      throw Rejection(
        QuantizationRules.budget,
        "\(attempts.leastByteCount + overheadByteCount) bytes is the least that was found, "
          + "\(overheadByteCount) of them code and decoder; "
          + "\(limit + overheadByteCount) were allowed",
        at: Place(file: job.path))
    }
    try fill(job, limit, StepSearch.factor(found.octaves), &attempts, progress)
    return attempts.outcome(job.weights)
  }

  /// How near to its limit an artifact is brought, in bytes.
  private static let slack = 1024.0

  /// Where noise keeps the common step from coming near enough, the largest weight gets one of its
  /// own.
  private func fill(
    _ job: QuantizationJob, _ limit: Int, _ step: Double, _ attempts: inout Attempts,
    _ progress: @escaping @Sendable (Progress) -> Void
  ) throws(Rejection) {
    guard let largest = job.weights.max(by: { $0.elementCount < $1.elementCount }),
      let base = attempts.bestByteCount, Double(limit - base) > Self.slack
    else { return }
    var search = StepSearch(
      limit: Double(limit), slack: Self.slack, perOctave: -Double(largest.elementCount) / 8)
    _ = try search.run { (octaves) throws(Rejection) in
      guard octaves != 0 else { return Double(base) }
      let adjusted = (largest.name, StepSearch.factor(octaves))
      let quantized = try quantize(job, step, adjusted, attempts.count + 1, progress)
      return attempts.add(step, quantized, try quantized.artifactByteCount(conversion))
    }
  }
}

/// What was tried, and the best of it.
private struct Attempts {
  private let limit: Int
  private var tries: [(step: Double, byteCount: Int)] = []
  private var best: (checkpoint: Checkpoint, byteCount: Int, step: Double)?

  init(limit: Int) { self.limit = limit }

  var count: Int { tries.count }
  var leastByteCount: Int { tries.map(\.byteCount).min() ?? 0 }
  var bestByteCount: Int? { best?.byteCount }

  /// Notes one; gives its bytes.
  mutating func add(_ step: Double, _ checkpoint: Checkpoint, _ byteCount: Int) -> Double {
    tries.append((step, byteCount))
    if byteCount <= limit, byteCount > best?.byteCount ?? -1 {
      best = (checkpoint, byteCount, step)
    }
    return Double(byteCount)
  }

  /// The best one; there is one.
  func outcome(
    _ weights: [(name: String, elementCount: Int, method: String)]
  ) -> QuantizationRun.Outcome {
    guard let best else { preconditionFailure("a search that found something kept it") }
    return QuantizationRun.Outcome(
      checkpoint: best.checkpoint, step: best.step, byteCount: best.byteCount, attempts: tries,
      weights: weights)
  }
}
