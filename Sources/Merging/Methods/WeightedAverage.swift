internal import Diagnostics

/// Means of all inputs: by weights of their own, alike, or by their place in the list.
struct WeightedAverage: GenericMerge {
  /// Which inputs take part, and how much.
  private enum Weighting {
    /// All, by their parameter.
    case given
    /// All alike.
    case equal
    /// All, each by a part of the one after it.
    case decaying
    /// The last ones alike.
    case latest
  }

  /// The name in recipes.
  let id: String
  /// What it does.
  let summary: String
  /// What can be said in recipes.
  let parameters: [MergeParameter]
  /// Which inputs it takes.
  let inputs: MergeInputs
  private let weighting: Weighting

  private init(
    _ id: String, _ weighting: Weighting, base: MergeInputs.Base = .none,
    isSelective: Bool = false, _ parameters: [MergeParameter], _ summary: String
  ) {
    (self.id, self.weighting, self.parameters) = (id, weighting, parameters)
    self.summary = summary
    inputs = MergeInputs(base, 1...MergeInputs.most, isSelective: isSelective)
  }

  /// The methods. Only of `linear` a base is one input more.
  static let family: [any MergeMethod] = [
    WeightedAverage(
      "linear", .given, base: .ordinary,
      [
        MergeParameter("weight", .ofInput, required: .number, "of an input"),
        MergeParameter("normalize", .shared, or: .flag(true), "divide by the sum of the weights"),
      ], "the weighted mean of the inputs (Wortsman et al. 2022)"),
    WeightedAverage(
      "uniform_soup", .equal, [],
      "the mean of all inputs (Wortsman et al. 2022; SWA: Izmailov et al. 2018)"),
    WeightedAverage(
      "greedy_soup", .equal, isSelective: true, [],
      "the mean of the inputs that make it better, the best first (Wortsman et al. 2022)"),
    WeightedAverage(
      "ema", .decaying,
      [
        MergeParameter(
          "decay", .shared, required: .number, in: 0...1,
          "what is left of the mean so far when the next checkpoint is added")
      ], "the moving average over checkpoints of a run, the oldest first (Polyak 1990)"),
    WeightedAverage(
      "lawa", .latest,
      [
        MergeParameter(
          "latest", .shared, required: .integer, in: 1...Double(MergeInputs.most),
          "how many checkpoints are averaged; all where there are fewer")
      ], "the mean of the latest checkpoints of a run, the oldest first (Kaddour 2022)"),
  ]

  /// Σ wᵢ xᵢ by fused steps in float32, or float64 for doubles, over Σ wᵢ; rounded once.
  func merge<Real: MergeReal>(_ work: MergeWork<Real>) throws(Rejection) {
    let terms = terms(work.task)
    let weights = terms.map { Real($0.weight) }
    let isNormalized = work.task.shared["normalize"] != .flag(false)
    let divisor = isNormalized ? weights.reduce(0, +) : 1
    let work = work.restricted(to: terms.map(\.position))
    try work.write(work.spans) { block in
      Real.average(block.inputs, weights, by: divisor, into: block.output, block.count)
    }
  }

  private func terms(_ task: MergeTask) -> [(position: Int, weight: Double)] {
    let count = task.inputs.count
    switch weighting {
    case .given: return (0..<count).map { ($0, task.inputs[$0].values.number("weight")) }
    case .equal: return (0..<count).map { ($0, 1) }
    case .latest:
      return (max(count - task.shared.integer("latest"), 0)..<count).map { ($0, 1) }
    case .decaying:
      let decay = task.shared.number("decay")
      // What the mean so far keeps, from the last to the first.
      var left = 1.0
      let weights = (0..<count).reversed().map { position in
        defer { left *= decay }
        return position == 0 ? left : left * (1 - decay)
      }
      return weights.reversed().enumerated().filter { $0.element != 0 }.map { ($0, $1) }
    }
  }
}
