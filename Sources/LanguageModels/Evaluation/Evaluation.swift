public import Diagnostics
public import TensorCore
internal import TensorOps

/// How well a model predicts a stream of tokens, and how close it is to a reference.
public struct Evaluation: Sendable {
  /// What every window came to, in the order of the stream.
  public let windows: [WindowScore]
  /// Whether a reference model was compared with.
  public let hasReference: Bool
  /// How many targets a block of the bootstrap has: as many as a sequence, whatever the stride.
  private let blockLength: Int

  /// Computes the windows side by side, on as many threads as the budget allows; each window by
  /// itself, so that the number of threads changes no digit. No more of the stream is in memory
  /// than the windows that are computed at once; for each window, and with a reference for each
  /// target, a few numbers are kept.
  ///
  /// `bytes` gives the bytes that targets stand for, from their positions in `tokens`; it is asked
  /// for all before anything is computed, and then for those of each window. `progress` is told how
  /// many targets are done. Throws E01 where a token is not in the vocabulary, E02 where no window
  /// is full or a model cannot see one, E04 where the reference has another vocabulary, E06 where a
  /// loss is not finite, E07 where the targets stand for no bytes, and what reading the tokens and
  /// `bytes` throws.
  public init(
    of model: any LanguageModel<Tensor>, against reference: (any LanguageModel<Tensor>)? = nil,
    on tokens: some TokenSource, mode: EvaluationMode,
    bytes: (_ targets: Range<Int>) throws(Rejection) -> Int,
    progress: (_ targetCount: Int) -> Void = { _ in }
  ) throws(Rejection) {
    let targets = try Self.check(model, reference, tokens, mode)
    try Self.checkBytes(of: targets, tokens, bytes)
    var scores: [WindowScore] = []
    var targetCount = 0
    var forgottenEnd = 0
    var windows = EvaluationWindows(mode, of: tokens)
    while case let batch = try windows.next(upTo: 8 * MachineBudget.threadCount),
      let first = batch.first
    {
      if first.inputs.lowerBound - forgottenEnd >= Self.forgottenTokenCount {
        tokens.forget(forgottenEnd..<first.inputs.lowerBound)
        forgottenEnd = first.inputs.lowerBound
      }
      for (window, score) in zip(batch, try Self.score(batch, model, reference, tokens)) {
        var score = score
        guard score.loss.isFinite, score.referenceLoss.isFinite else {
          throw Rejection(
            EvaluationRules.notFinite,
            "the \(score.loss.isFinite ? "reference's" : "model's") loss of the window at token "
              + "\(window.inputs.lowerBound) is not finite")
        }
        score.byteCount = try bytes(window.targets)
        scores.append(score)
        targetCount += score.targetCount
      }
      progress(targetCount)
    }
    self.windows = scores
    blockLength = mode.length
    hasReference = reference != nil
  }

  /// How many tokens are let go at once.
  private static let forgottenTokenCount = 1 << 20

  private static func score(
    _ batch: [EvaluationWindow], _ model: any LanguageModel<Tensor>,
    _ reference: (any LanguageModel<Tensor>)?, _ source: some TokenSource
  ) throws(Rejection) -> [WindowScore] {
    let sequences = try batch.map { window throws(Rejection) in
      try source.tokens(in: window.tokens).map(Int.init)
    }
    return ParallelFor.map(batch.count) { index in
      let inputs = Array(sequences[index].dropLast())
      return WindowScore(
        model.logits(inputs, observer: nil), reference: reference?.logits(inputs, observer: nil),
        targets: Array(sequences[index].dropFirst()),
        firstRow: batch[index].firstScored - batch[index].inputs.lowerBound)
    }
  }

  /// Goes through the stream once, so that nothing is found out after hours of computing, and gives
  /// the targets that count.
  private static func check(
    _ model: any LanguageModel<Tensor>, _ reference: (any LanguageModel<Tensor>)?,
    _ source: some TokenSource, _ mode: EvaluationMode
  ) throws(Rejection) -> Range<Int> {
    let size = model.vocabularySize
    if let reference, reference.vocabularySize != size {
      throw Rejection(
        EvaluationRules.foreignReference,
        "the model has \(size) tokens, the reference \(reference.vocabularySize)")
    }
    var windows = EvaluationWindows(mode, of: source)
    var (longest, end) = (0, 1)
    while let window = try windows.next() {
      longest = max(longest, window.inputs.count)
      end = window.targets.upperBound
    }
    guard longest > 0 else {
      throw Rejection(EvaluationRules.tooShort, "\(source.tokenCount) tokens fill no window")
    }
    for limit in [model.maximumLength, reference?.maximumLength].compactMap(\.self)
    where longest > limit {
      throw Rejection(
        EvaluationRules.tooShort, "a window has \(longest) tokens, and the model sees \(limit)")
    }
    try source.forEachPiece { start, tokens throws(Rejection) in
      guard let index = tokens.firstIndex(where: { Int($0) >= size }) else { return }
      throw Rejection(
        EvaluationRules.foreignToken,
        "token \(start + index) is \(tokens[index]), and the vocabulary has \(size)")
    }
    return 1..<end
  }

  /// Throws E07 where the targets stand for nothing, and what `bytes` throws.
  private static func checkBytes(
    of targets: Range<Int>, _ source: some TokenSource,
    _ bytes: (_ targets: Range<Int>) throws(Rejection) -> Int
  ) throws(Rejection) {
    var byteCount = 0
    for start in stride(from: targets.lowerBound, to: targets.upperBound, by: 1 << 18) {
      let part = start..<min(start + 1 << 18, targets.upperBound)
      byteCount += try bytes(part)
      source.forget(part)
    }
    guard byteCount > 0 else {
      throw Rejection(
        EvaluationRules.noBytes, "\(targets.count) targets stand for \(byteCount) bytes")
    }
  }
}

extension Evaluation {
  /// How many targets counted.
  public var targetCount: Int { windows.reduce(0) { $0 + $1.targetCount } }
  /// The bytes they stand for.
  public var byteCount: Int { windows.reduce(0) { $0 + $1.byteCount } }
  /// The mean of −log p(target), in nats.
  public var loss: Double { sum(\.loss) / Double(targetCount) }
  /// The loss in bits for each byte of text.
  public var bitsPerByte: Double { Self.bits(sum(\.loss), byteCount) }
  /// The same of the reference.
  public var referenceBitsPerByte: Double { Self.bits(sum(\.referenceLoss), byteCount) }

  private func sum(_ part: (WindowScore) -> Double) -> Double {
    windows.reduce(0) { $0 + part($1) }
  }

  private static func bits(_ nats: Double, _ byteCount: Int) -> Double {
    nats / 0.693147180559945309417 / Double(byteCount)
  }

  /// The interval that holds the bits per byte of 95 % of resampled streams (Efron 1979): blocks of
  /// as many neighbouring targets as a sequence has are drawn with replacement, so that dependence
  /// within them is kept. The stride of sliding windows changes nothing about the blocks.
  public func confidenceInterval(
    seed: UInt64 = 0, resampleCount: Int = 2000
  ) -> ClosedRange<Double> {
    bitsInterval(seed, resampleCount) { $0.loss }
  }

  /// The same of the reference.
  public func referenceConfidenceInterval(
    seed: UInt64 = 0, resampleCount: Int = 2000
  ) -> ClosedRange<Double> {
    bitsInterval(seed, resampleCount) { $0.referenceLoss }
  }

  /// The same of the difference to the reference, of which the blocks are paired.
  public func differenceInterval(
    seed: UInt64 = 0, resampleCount: Int = 2000
  ) -> ClosedRange<Double> {
    bitsInterval(seed, resampleCount) { $0.loss - $0.referenceLoss }
  }

  /// The same of the mean divergence from the reference, in nats.
  public func divergenceInterval(
    seed: UInt64 = 0, resampleCount: Int = 2000
  ) -> ClosedRange<Double> {
    let parts = blocks(\.targetCount) { $0.divergences.reduce(0) { $0 + Double($1) } }
    return Self.interval(parts, seed, resampleCount) { $0 / Double($1) }
  }

  private func bitsInterval(
    _ seed: UInt64, _ resampleCount: Int, _ part: (WindowScore) -> Double
  ) -> ClosedRange<Double> {
    Self.interval(blocks(\.byteCount, part), seed, resampleCount, Self.bits)
  }

  private static func interval(
    _ parts: [(nats: Double, count: Int)], _ seed: UInt64, _ resampleCount: Int,
    _ rate: (_ nats: Double, _ count: Int) -> Double
  ) -> ClosedRange<Double> {
    var random = Philox(seed: seed)
    var values: [Double] = []
    while values.count < resampleCount {
      var (nats, count) = (0.0, 0)
      for _ in parts.indices {
        let drawn = parts[random.next(below: parts.count)]
        nats += drawn.nats
        count += drawn.count
      }
      // What stands for no bytes has no bits per byte: another one is drawn. Not all blocks are
      // such, or there would be no evaluation.
      if count > 0 { values.append(rate(nats, count)) }
    }
    values.sort()
    let edge = resampleCount / 40
    return values[edge]...values[resampleCount - 1 - edge]
  }

  /// What the windows have of nats and of what those are counted by, added up to blocks of a
  /// sequence's length. A window belongs to the block in which its first target lies.
  private func blocks(
    _ count: (WindowScore) -> Int, _ part: (WindowScore) -> Double
  ) -> [(nats: Double, count: Int)] {
    var blocks: [(nats: Double, count: Int)] = []
    var (position, last) = (0, -1)
    for window in windows {
      if position / blockLength > last {
        blocks.append((0, 0))
        last = position / blockLength
      }
      blocks[blocks.count - 1].nats += part(window)
      blocks[blocks.count - 1].count += count(window)
      position += window.targetCount
    }
    return blocks
  }

  /// How close the model is to the reference.
  public struct Closeness: Sendable {
    /// The mean of KL(reference ‖ model) over the targets, in nats.
    public let meanDivergence: Double
    /// What 99 % of the targets stay below.
    public let highDivergence: Double
    /// The largest.
    public let largestDivergence: Double
    /// The share of targets for which both find the same token likeliest.
    public let agreement: Double
    /// The smallest cosine between both models' logits.
    public let smallestCosine: Double
  }

  /// How close the model is to the reference; nil without one.
  public var closeness: Closeness? {
    guard hasReference, targetCount > 0 else { return nil }
    let divergences = windows.flatMap(\.divergences).sorted()
    return Closeness(
      meanDivergence: divergences.reduce(0) { $0 + Double($1) } / Double(divergences.count),
      highDivergence: Self.quantile(0.99, of: divergences),
      largestDivergence: Double(divergences.last ?? 0),
      agreement: Double(windows.reduce(0) { $0 + $1.agreementCount }) / Double(targetCount),
      smallestCosine: windows.reduce(1) { min($0, $1.smallestCosine) })
  }

  /// Linear between the two nearest of the sorted values, as NumPy's default.
  private static func quantile(_ share: Double, of sorted: [Float]) -> Double {
    let place = share * Double(sorted.count - 1)
    let lower = Int(place)
    let upper = min(lower + 1, sorted.count - 1)
    let weight = place - Double(lower)
    return Double(sorted[lower]) * (1 - weight) + Double(sorted[upper]) * weight
  }
}
