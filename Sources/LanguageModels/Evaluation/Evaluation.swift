public import Diagnostics
public import TensorCore
internal import TensorOps

/// How well a model predicts a stream of tokens, and how close it is to a reference.
public struct Evaluation: Sendable {
  /// What every window came to, in the order of the stream.
  public let windows: [WindowScore]
  /// Whether a reference model was compared with.
  public let hasReference: Bool

  /// Computes the windows side by side, on as many threads as the budget allows; each window by
  /// itself, so that the number of threads changes no digit.
  ///
  /// `bytes` gives the bytes that a target stands for, from its position in `tokens`. `progress` is
  /// told how many targets are done. Throws E01 where a token is not in the vocabulary, E02 where
  /// no window is full or a model cannot see one, and what `progress` throws.
  public init(
    of model: any LanguageModel<Tensor>, against reference: (any LanguageModel<Tensor>)? = nil,
    on tokens: [UInt16], mode: EvaluationMode, bytes: (_ position: Int) -> Int,
    progress: (_ targetCount: Int) -> Void = { _ in }
  ) throws(Rejection) {
    let windows = mode.windows(of: tokens)
    for model in [model, reference].compactMap(\.self) {
      try Self.check(model, windows, tokens)
    }
    var scores: [WindowScore] = []
    var targetCount = 0
    let batchLength = 8 * MachineBudget.threadCount
    for first in stride(from: 0, to: windows.count, by: batchLength) {
      let batch = Array(windows[first..<min(first + batchLength, windows.count)])
      for (window, score) in zip(batch, Self.score(batch, model, reference, tokens)) {
        var score = score
        score.byteCount = (window.firstScored..<window.inputs.upperBound)
          .reduce(0) { $0 + bytes($1 + 1) }
        scores.append(score)
        targetCount += score.targetCount
      }
      progress(targetCount)
    }
    self.windows = scores
    hasReference = reference != nil
  }

  private static func score(
    _ batch: [EvaluationWindow], _ model: any LanguageModel<Tensor>,
    _ reference: (any LanguageModel<Tensor>)?, _ tokens: [UInt16]
  ) -> [WindowScore] {
    ParallelFor.map(batch.count) { index in
      let window = batch[index]
      let inputs = tokens[window.inputs].map(Int.init)
      let targets =
        tokens[(window.inputs.lowerBound + 1)..<(window.inputs.upperBound + 1)].map(Int.init)
      return WindowScore(
        model.logits(inputs, observer: nil), reference: reference?.logits(inputs, observer: nil),
        targets: targets, firstRow: window.firstScored - window.inputs.lowerBound)
    }
  }

  private static func check(
    _ model: any LanguageModel<Tensor>, _ windows: [EvaluationWindow], _ tokens: [UInt16]
  ) throws(Rejection) {
    guard let longest = windows.map(\.inputs.count).max() else {
      throw Rejection(
        EvaluationRules.tooShort, "\(tokens.count) tokens fill no window")
    }
    if let limit = model.maximumLength, longest > limit {
      throw Rejection(
        EvaluationRules.tooShort, "a window has \(longest) tokens, and the model sees \(limit)")
    }
    if let position = tokens.firstIndex(where: { Int($0) >= model.vocabularySize }) {
      throw Rejection(
        EvaluationRules.foreignToken,
        "token \(position) is \(tokens[position]), and the vocabulary has \(model.vocabularySize)")
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

  /// The interval that holds the bits per byte of 95 % of resampled streams (Efron 1979): windows
  /// are drawn with replacement, so that dependence within a window is kept.
  public func confidenceInterval(
    seed: UInt64 = 0, resampleCount: Int = 2000
  ) -> ClosedRange<Double> {
    interval(seed, resampleCount) { $0.loss }
  }

  /// The same of the difference to the reference, of which the windows are paired.
  public func differenceInterval(
    seed: UInt64 = 0, resampleCount: Int = 2000
  ) -> ClosedRange<Double> {
    interval(seed, resampleCount) { $0.loss - $0.referenceLoss }
  }

  private func interval(
    _ seed: UInt64, _ resampleCount: Int, _ part: (WindowScore) -> Double
  ) -> ClosedRange<Double> {
    let parts = windows.map { (part($0), $0.byteCount) }
    var random = Philox(seed: seed)
    var values: [Double] = []
    for _ in 0..<resampleCount {
      var (nats, bytes) = (0.0, 0)
      for _ in parts.indices {
        let drawn = parts[random.next(below: parts.count)]
        nats += drawn.0
        bytes += drawn.1
      }
      values.append(Self.bits(nats, bytes))
    }
    values.sort()
    let edge = resampleCount / 40
    return values[edge]...values[resampleCount - 1 - edge]
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
