internal import Diagnostics
internal import TensorCore

/// The mean of all inputs in which each element counts by its Fisher information, of which the
/// likelihood of the result is about the product of the inputs' (Matena and Raffel 2022).
struct FisherMerge: GenericMerge {
  /// The name in recipes.
  let id = "fisher"
  /// What it does.
  let summary = "the mean by the Fisher information of each element (Matena and Raffel 2022)"
  /// What can be said in recipes.
  let parameters = [
    MergeParameter("weight", .ofInput, or: .number(1), in: 0...1e30, "of an input"),
    MergeParameter(
      "floor", .shared, or: .number(1e-6), in: 0...1e30,
      "added to the information, as a part of its mean over the tensor"),
  ]
  /// Every input has its information.
  let inputs = MergeInputs(.none, 1...MergeInputs.most, statistics: .fisher)

  /// Σ wᵢ (Fᵢ + f) xᵢ / Σ wᵢ (Fᵢ + f), in float64 and rounded once; the weighted mean
  /// where nothing is known of the tensor.
  func merge<Real: MergeReal>(_ work: MergeWork<Real>) throws(Rejection) {
    let inputs = work.task.inputs
    let information = inputs.compactMap { input -> MergeTask.Input? in
      guard case .fisher(let elements) = input.statistics else { return nil }
      return MergeTask.Input(elements, input.values)
    }
    let isKnown = information.count == inputs.count
    let weights = inputs.map { $0.values.number("weight") }
    // Information is far too small for 16 bits.
    let wide = work.with(
      isKnown ? inputs + information : inputs, dtype: work.task.dtype == .f64 ? .f64 : .f32)
    let floor =
      isKnown
      ? try meanInformation(wide, inputs.count) * work.task.shared.number("floor") : 1
    // What has no information anywhere is the weighted mean.
    let least = max(floor, Double.leastNormalMagnitude)
    try wide.write(wide.spans) { block in
      for index in 0..<block.count {
        var (sum, divisor) = (0.0, 0.0)
        for (place, weight) in weights.enumerated() {
          let known = isKnown ? Double(block.inputs[weights.count + place][index]) : 0
          let share = weight * (known + least)
          sum += share * Double(block.inputs[place][index])
          divisor += share
        }
        block.output[index] = Real(sum / divisor)
      }
    }
  }

  /// The mean over all elements of all inputs. Throws F04 where a file has become shorter.
  private func meanInformation<Real: MergeReal>(
    _ work: MergeWork<Real>, _ count: Int
  ) throws(Rejection) -> Double {
    var sum = 0.0
    try work.reduce(
      work.spans, prepare: { _ in 0.0 },
      { (sum: inout Double, block) in
        for place in count..<(2 * count) {
          for index in 0..<block.count { sum += Double(block.inputs[place][index]) }
        }
      }, join: { sum += $0 })
    return sum / Double(max(count * work.task.shape.elementCount, 1))
  }
}
