internal import Checkpoints
internal import Diagnostics
internal import EntropyCoding
internal import Quantization
internal import TensorCore

/// Looks for the steps with which a job meets its goal, and tunes scales where that is wanted.
struct QuantizationSearch {
  /// The outcome of one step.
  struct Candidate {
    var checkpoint: Checkpoint
    let step: Double
    /// The factor of one weight's steps besides.
    var adjusted: QuantizationJob.Adjustment?
    /// Its bytes, or what a judge said.
    var value: Double
    /// What its weights are off by, as a share of them.
    var error = Double.infinity
  }

  /// What is quantized.
  let job: QuantizationJob
  /// How the artifact will be written.
  let conversion: ConversionOptions
  /// Whether a decoder in Python counts as part of it.
  let addsDecoder: Bool
  /// Tunes scales; nil where they stay.
  let tune: ((Checkpoint) throws(Rejection) -> TunedScales)?
  /// Told the number of the try and how many weights are done.
  let progress: @Sendable (_ attempt: Int, _ done: Int) -> Void
  /// What was tried.
  private(set) var attempts: [QuantizationRun.Attempt] = []

  init(
    _ job: QuantizationJob, _ conversion: ConversionOptions, addsDecoder: Bool,
    tune: ((Checkpoint) throws(Rejection) -> TunedScales)?,
    progress: @escaping @Sendable (_ attempt: Int, _ done: Int) -> Void
  ) {
    self.job = job
    self.conversion = conversion
    self.addsDecoder = addsDecoder
    self.tune = tune
    self.progress = progress
  }

  private func quantize(
    _ step: Double, adjusting adjusted: QuantizationJob.Adjustment? = nil
  ) throws(Rejection) -> Checkpoint {
    let attempt = attempts.count + 1
    return try job.run(step: step, adjusting: adjusted) { [progress] in progress(attempt, $0) }
  }

  private func byteCount(of checkpoint: Checkpoint) throws(Rejection) -> Int {
    try checkpoint.artifactByteCount(conversion, addsDecoder: addsDecoder)
  }

  // MARK: A step

  /// The job with one step.
  mutating func run(step: Double) throws(Rejection) -> Candidate {
    let quantized = try quantize(step)
    guard let tune else { return Candidate(checkpoint: quantized, step: step, value: .nan) }
    let tuned = try tune(quantized)
    return Candidate(
      checkpoint: try tuned.applied(to: quantized, fineness: tuned.mostFineness), step: step,
      value: .nan)
  }

  // MARK: A budget

  /// How near to its limit an artifact is brought, in bytes.
  private static let slack = 1024.0

  /// The finest quantization of at most `limit` bytes; nil where none was found.
  mutating func run(limit: Int) throws(Rejection) -> Candidate? {
    let reserve = tune == nil ? 0 : job.columnCount * Self.tunedBits / 8
    var stepped = try bySteps(limit: limit - reserve)
    // Near the floor what is kept for scales may be just what is missing.
    if stepped == nil, reserve > 0 { stepped = try bySteps(limit: limit) }
    guard var best = stepped else { return nil }
    guard let tune else {
      return try filled(best, limit: limit) { (checkpoint) throws(Rejection) in checkpoint }
    }
    let tuned = try tune(best.checkpoint)
    // The finest scales that fit.
    var (least, most) = (0, tuned.mostFineness)
    var found: (fineness: Int, checkpoint: Checkpoint, byteCount: Int)?
    while least <= most {
      let middle = (least + most + 1) / 2
      let checkpoint = try tuned.applied(to: best.checkpoint, fineness: middle)
      let byteCount = try byteCount(of: checkpoint)
      if byteCount <= limit {
        found = (middle, checkpoint, byteCount)
        least = middle + 1
      } else {
        most = middle - 1
      }
    }
    guard let found else {
      return try filled(best, limit: limit) { (checkpoint) throws(Rejection) in checkpoint }
    }
    best.checkpoint = found.checkpoint
    best.value = Double(found.byteCount)
    best.error = try job.error(of: found.checkpoint)
    return try filled(best, limit: limit) { (checkpoint) throws(Rejection) in
      try tuned.applied(to: checkpoint, fineness: found.fineness)
    }
  }

  /// What the scale of a column takes in addition once it is tuned, in bits.
  private static let tunedBits = 2

  /// The best common step.
  private mutating func bySteps(limit: Int) throws(Rejection) -> Candidate? {
    // A step twice as large saves a bit of each weight.
    var search = StepSearch(
      limit: Double(limit), slack: Self.slack, perOctave: -Double(max(job.elementCount, 1)) / 8)
    var best: Candidate?
    _ = try search.run { (octaves) throws(Rejection) in
      let step = StepSearch.factor(octaves)
      return try attempt(step, nil, quantize(step), limit: limit, &best)
    }
    return best
  }

  /// Where noise keeps the common step from coming near enough, the largest weight gets one of its
  /// own.
  private mutating func filled(
    _ candidate: Candidate, limit: Int,
    _ finish: (Checkpoint) throws(Rejection) -> Checkpoint
  ) throws(Rejection) -> Candidate {
    guard
      let largest = job.items.map(\.weight)
        .max(by: { $0.elements.count < $1.elements.count }),
      Double(limit) - candidate.value > Self.slack
    else { return candidate }
    var search = StepSearch(
      limit: Double(limit), slack: Self.slack, perOctave: -Double(largest.elements.count) / 8)
    var best: Candidate? = candidate
    _ = try search.run { (octaves) throws(Rejection) in
      guard octaves != 0 else { return candidate.value }
      let adjusted = (name: largest.name, factor: StepSearch.factor(octaves))
      let quantized = try quantize(candidate.step, adjusting: adjusted)
      return try attempt(candidate.step, adjusted, finish(quantized), limit: limit, &best)
    }
    return best ?? candidate
  }

  /// Notes a try, keeps it if it is the nearest to the original that fits, and gives its bytes.
  /// More bytes need not be nearer: steps that are too fine for a method lose what they clip.
  private mutating func attempt(
    _ step: Double, _ adjusted: QuantizationJob.Adjustment?, _ checkpoint: Checkpoint,
    limit: Int, _ best: inout Candidate?
  ) throws(Rejection) -> Double {
    let byteCount = try byteCount(of: checkpoint)
    attempts.append(QuantizationRun.Attempt(step: step, byteCount: byteCount))
    let error = try job.error(of: checkpoint)
    if byteCount <= limit, error < best?.error ?? .infinity || best == nil {
      best = Candidate(
        checkpoint: checkpoint, step: step, adjusted: adjusted, value: Double(byteCount),
        error: error)
    }
    return Double(byteCount)
  }

  // MARK: A cost

  /// How near to its limit a cost is brought, in octaves.
  private static let costSlack = 0.03
  /// Costs below this are noise.
  private static let leastCost = 1e-7

  /// The coarsest quantization that costs at most `limit`, as `judge` says; nil where none was
  /// found.
  mutating func run(
    costLimit limit: Double, judge: (Checkpoint) throws(Rejection) -> Double
  ) throws(Rejection) -> Candidate? {
    guard let plain = try bySteps(costLimit: limit, from: 1, judge) else { return nil }
    guard let tune else { return plain }
    let first = try tuned(plain, tune, judge)
    // Tuning leaves room for larger steps: by as much as it took off.
    let gain = max(first.value, Self.leastCost) / max(plain.value, Self.leastCost)
    guard gain < 1 else { return plain }
    guard
      let coarser = try bySteps(
        costLimit: limit / gain, from: plain.step * gain.squareRoot(), judge)
    else { return first }
    let second = try tuned(coarser, tune, judge)
    return second.value <= limit ? second : first
  }

  private mutating func tuned(
    _ candidate: Candidate, _ tune: (Checkpoint) throws(Rejection) -> TunedScales,
    _ judge: (Checkpoint) throws(Rejection) -> Double
  ) throws(Rejection) -> Candidate {
    var candidate = candidate
    let tuned = try tune(candidate.checkpoint)
    candidate.checkpoint = try tuned.applied(
      to: candidate.checkpoint, fineness: tuned.mostFineness)
    candidate.value = try judge(candidate.checkpoint)
    attempts.append(QuantizationRun.Attempt(step: candidate.step, cost: candidate.value))
    return candidate
  }

  private mutating func bySteps(
    costLimit limit: Double, from start: Double,
    _ judge: (Checkpoint) throws(Rejection) -> Double
  ) throws(Rejection) -> Candidate? {
    // Costs grow with the square of the step.
    var search = StepSearch(
      limit: BinaryLogarithm.of(max(limit, Self.leastCost)), slack: Self.costSlack, perOctave: 2)
    var best: Candidate?
    _ = try search.run { (octaves) throws(Rejection) in
      let step = start * StepSearch.factor(octaves)
      let quantized = try quantize(step)
      let cost = try judge(quantized)
      attempts.append(QuantizationRun.Attempt(step: step, cost: cost))
      if cost <= limit, step > best?.step ?? 0 {
        best = Candidate(checkpoint: quantized, step: step, value: cost)
      }
      return BinaryLogarithm.of(max(cost, Self.leastCost))
    }
    return best
  }
}
