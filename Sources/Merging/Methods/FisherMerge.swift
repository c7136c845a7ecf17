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

  /// Σ wᵢ (Fᵢ + f) xᵢ / Σ wᵢ (Fᵢ + f), in float64 and rounded once; the weighted mean where nothing
  /// is known. Throws M10 for information that is none, and M16 for weights that are all zero.
  func merge<Real: MergeReal>(_ work: MergeWork<Real>) throws(Rejection) {
    let inputs = work.task.inputs
    let weights = inputs.map { $0.values.number("weight") }
    guard weights.contains(where: { $0 > 0 }) else {
      throw Rejection(
        MergingRules.weights, "all of them are zero", at: Place(tensor: work.task.name))
    }
    let information = inputs.compactMap { input -> MergeTask.Input? in
      guard case .fisher(let elements) = input.statistics else { return nil }
      return MergeTask.Input(elements, input.values)
    }
    let isKnown = information.count == inputs.count
    // Information is far too small for 16 bits.
    let wide = work.with(
      isKnown ? inputs + information : inputs, dtype: work.task.dtype == .f64 ? .f64 : .f32)
    let floor =
      isKnown
      ? try meanInformation(wide, inputs.count) * work.task.shared.number("floor") : 0
    try wide.write(wide.spans) { block in
      for index in 0..<block.count {
        func share(_ place: Int) -> Double {
          isKnown ? Double(block.inputs[weights.count + place][index]) + floor : 1
        }
        var total = 0.0
        for place in weights.indices { total += weights[place] * share(place) }
        let isInformed = total > 0
        var (sum, divisor) = (0.0, 0.0)
        for place in weights.indices {
          let part = weights[place] * (isInformed ? share(place) / total : 1)
          sum += part * Double(block.inputs[place][index])
          divisor += part
        }
        block.output[index] = Real(sum / divisor)
      }
    }
  }

  /// The mean over all elements of all inputs. Throws M10 for what is no information, and F04 where
  /// a file has become shorter.
  private func meanInformation<Real: MergeReal>(
    _ work: MergeWork<Real>, _ count: Int
  ) throws(Rejection) -> Double {
    var (sum, isSound) = (0.0, true)
    try work.reduce(
      work.spans, prepare: { _ in (sum: 0.0, isSound: true) },
      { (part: inout (sum: Double, isSound: Bool), block) in
        for place in count..<(2 * count) {
          for index in 0..<block.count {
            let value = Double(block.inputs[place][index])
            part.sum += value
            part.isSound = part.isSound && value >= 0 && value.isFinite
          }
        }
      },
      join: { part in
        sum += part.sum
        isSound = isSound && part.isSound
      })
    guard isSound else {
      throw Rejection(
        MergingRules.moments, "an element's information is negative or not finite",
        at: Place(tensor: work.task.name))
    }
    return sum / Double(max(count * work.task.shape.elementCount, 1))
  }
}
