public import Diagnostics
public import TensorCore
public import TensorOps

/// What the linear layers of a model read while it goes through tokens: the data that calibrated
/// quantizers and some merges weigh errors by.
public struct Calibration: Sendable {
  /// Weights that read the same input, and what is known about it.
  public struct Layer: Sendable {
    /// The names of the weights.
    public let weights: [String]
    /// What is known about their input.
    public var statistics: RowStatistics
  }

  /// In the order in which the model uses them.
  public var layers: [Layer]
  /// How many tokens the model went through.
  public let tokenCount: Int
  /// How long a sequence was.
  public let sequenceLength: Int

  /// Goes through the tokens in windows of `length`, side by side; what does not fill the last one
  /// is left out.
  ///
  /// Windows are computed on as many threads as the budget allows and added in their order, so
  /// that the number of threads changes no bit. Memory holds the statistics and one window for
  /// each thread. Throws E01 for a token outside the vocabulary, E02 where no window is full or the
  /// model cannot see one, and E06 where an input is not finite.
  public init(
    of model: any LanguageModel<Tensor>, _ layers: CalibrationLayers,
    on tokens: some TokenSource, length: Int,
    progress: (_ tokenCount: Int) -> Void = { _ in }
  ) throws(Rejection) {
    precondition(length > 0, "a window has tokens")
    let windowCount = tokens.tokenCount / length
    guard windowCount > 0, length <= model.maximumLength ?? .max else {
      throw Rejection(
        EvaluationRules.tooShort, "\(tokens.tokenCount) tokens in windows of \(length)")
    }
    let sums = CalibrationSums(layers)
    let batchLength = 8 * MachineBudget.threadCount
    for first in stride(from: 0, to: windowCount, by: batchLength) {
      let end = min(first + batchLength, windowCount)
      let part = first * length..<end * length
      let batch = try tokens.tokens(in: part).map(Int.init)
      if let foreign = batch.firstIndex(where: { $0 >= model.vocabularySize }) {
        throw Rejection(
          EvaluationRules.foreignToken,
          "token \(part.lowerBound + foreign) is \(batch[foreign]), and the vocabulary has "
            + "\(model.vocabularySize)")
      }
      tokens.forget(part)
      ParallelFor.run(end - first) { index in
        let window = Array(batch[(index * length)..<((index + 1) * length)])
        sums.add(window, first + index, model)
      }
      progress(end * length)
    }
    self.layers = sums.finished()
    if let spoilt = self.layers.first(where: { !$0.statistics.squareSum.isFinite }) {
      throw Rejection(
        EvaluationRules.notFinite, "inputs of this layer are not finite",
        at: Place(tensor: spoilt.weights.first))
    }
    tokenCount = windowCount * length
    sequenceLength = length
  }
}

/// The statistics while they grow.
private final class CalibrationSums: Sendable {
  /// Those of one group.
  ///
  /// Unchecked because one thread at a time writes them: the one whose turn it is.
  private final class Sums: @unchecked Sendable {
    var statistics: RowStatistics
    init(width: Int) { statistics = RowStatistics(width: width) }
  }

  private let layers: CalibrationLayers
  private let turns: Turns
  private let sums: [Sums]

  init(_ layers: CalibrationLayers) {
    self.layers = layers
    turns = Turns(stepCount: layers.groups.count)
    sums = layers.groups.map { Sums(width: $0.width) }
  }

  /// Adds what a window shows, each input after those of the windows before.
  func add(_ tokens: [Int], _ window: Int, _ model: any LanguageModel<Tensor>) {
    var seen = [Int](repeating: 0, count: layers.groups.count)
    _ = model.logits(tokens) { [self] weight, input in
      guard let place = layers.place(shownBy: weight) else { return }
      turns.wait(for: place, of: window)
      sums[place].statistics.add(input)
      seen[place] += 1
      if seen[place] == layers.groups[place].showingCount { turns.finish(place, of: window) }
    }
  }

  func finished() -> [Calibration.Layer] {
    zip(layers.groups, sums).map { .init(weights: $0.weights, statistics: $1.statistics) }
  }
}
