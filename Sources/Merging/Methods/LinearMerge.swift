internal import Diagnostics

/// The weighted mean of all inputs (model soups: Wortsman et al. 2022).
struct LinearMerge: GenericMerge {
  /// The name in recipes.
  let id = "linear"
  /// What it does.
  let summary = "the weighted mean of the inputs (Wortsman et al. 2022)"
  /// What can be said in recipes.
  let parameters = [
    MergeParameter("weight", .ofInput, required: .number, "of an input"),
    MergeParameter("normalize", .shared, or: .flag(true), "divide by the sum of the weights"),
  ]
  /// A base is one input more.
  let inputs = MergeInputs(.ordinary, 1...MergeInputs.most)

  /// Σ wᵢ xᵢ by fused steps in float32, or float64 for doubles, over Σ wᵢ; rounded once.
  func merge<Real: MergeReal>(_ work: MergeWork<Real>) throws(Rejection) {
    let weights = work.task.inputs.map { Real($0.values.number("weight")) }
    let divisor = work.task.shared.flag("normalize") ? weights.reduce(0, +) : nil
    try work.write(work.spans) { block in
      block.output.update(repeating: 0, count: block.count)
      for (input, weight) in zip(block.inputs, weights) {
        Real.accumulate(weight, input, into: block.output, block.count)
      }
      if let divisor { Real.divide(block.output, by: divisor, block.count) }
    }
  }
}
