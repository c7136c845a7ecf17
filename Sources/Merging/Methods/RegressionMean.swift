internal import Diagnostics
internal import TensorCore
internal import TensorOps

/// The weight whose outputs are nearest to those of every input on what that one reads, by least
/// squares (RegMean: Jin et al. 2023).
struct RegressionMean: MatrixMerge {
  /// The name in recipes.
  let id = "regmean"
  /// What it does.
  let summary = "nearest in outputs, by what layers read (RegMean: Jin et al. 2023)"
  /// What can be said in recipes.
  let parameters = [
    MergeParameter("weight", .ofInput, or: .number(1), in: 0...1e30, "of an input"),
    MergeParameter(
      "alpha", .shared, or: .number(0.9), in: 0...1,
      "a factor of the second moments between different channels"),
    MergeParameter(
      "damping", .shared, or: .number(1e-6), in: 0...1e30,
      "added to the second moments of a channel, as a part of their mean"),
  ]
  /// Every input has the second moments of what its layers read.
  let inputs = MergeInputs(.none, 1...MergeInputs.most, statistics: .secondMoments)

  /// A matrix that a layer multiplies with.
  func isMatrix(_ task: MergeTask) -> Bool {
    task.shape.rank == 2 && task.inputs.allSatisfy { $0.statistics != nil }
  }

  /// (Σ wᵢ Gᵢ)⁻¹ Σ wᵢ Gᵢ Xᵢᵀ, transposed, where Gᵢ are mean second moments, damped alike: channels
  /// that nothing comes in by are weighted means. Throws M10 where that has no solution, and
  /// M16 for weights that are all zero.
  func merge(_ matrices: [Matrix], _ task: MergeTask) throws(Rejection) -> Matrix {
    guard task.inputs.contains(where: { $0.values.number("weight") > 0 }) else {
      throw Rejection(
        MergingRules.weights, "all of them are zero", at: Place(tensor: task.name))
    }
    var moments: [Matrix] = []
    var weights: [Matrix] = []
    for (input, matrix) in zip(task.inputs, matrices) {
      guard case .secondMoments(let elements, let count, let isTransposed)? = input.statistics
      else { preconditionFailure("every input has moments") }
      let width = isTransposed ? matrix.rowCount : matrix.columnCount
      let sums = try elements.matrix(width, width)
      guard count > 0, sums.elements.allSatisfy(\.isFinite) else {
        throw Rejection(
          MergingRules.moments,
          count > 0 ? "a second moment is not finite" : "they are of \(count) inputs",
          at: Place(tensor: task.name))
      }
      moments.append(Matrix.sum([sums], by: [1 / Double(count)]))
      // Inputs by rows, as the system has them.
      weights.append(isTransposed ? matrix : matrix.transposed)
    }
    let solution = try solution(moments, weights, task)
    guard solution.elements.allSatisfy(\.isFinite) else {
      throw Rejection(
        MergingRules.moments, "the solution is not finite", at: Place(tensor: task.name))
    }
    guard case .secondMoments(_, _, let isTransposed)? = task.inputs[0].statistics else {
      return solution
    }
    return isTransposed ? solution : solution.transposed
  }

  private func solution(
    _ moments: [Matrix], _ weights: [Matrix], _ task: MergeTask
  ) throws(Rejection) -> Matrix {
    let width = moments[0].rowCount
    let all = moments.flatMap(\.diagonal)
    let damping = task.shared.number("damping") * all.reduce(0, +) / Double(max(all.count, 1))
    let alpha = task.shared.number("alpha")
    var left = Matrix(zerosOf: width, width)
    var right = Matrix(zerosOf: width, weights[0].columnCount)
    for (place, input) in task.inputs.enumerated() {
      var own = Matrix.sum([moments[place]], by: [alpha])
      for channel in 0..<width {
        own[channel, channel] = moments[place][channel, channel] + max(damping, 1e-300)
      }
      let weight = input.values.number("weight")
      left = Matrix.sum([left, own], by: [1, weight])
      right = Matrix.sum([right, own.times(weights[place])], by: [1, weight])
    }
    do throws(NotPositiveDefinite) {
      let factor = try left.choleskyFactor()
      return factor.solving(.transposedLower, factor.solving(.lower, right))
    } catch {
      throw Rejection(
        MergingRules.moments, "the minor of order \(error.minor) is not positive",
        at: Place(tensor: task.name))
    }
  }

  /// The weighted mean.
  func factors(_ task: MergeTask) throws(Rejection) -> [Double] {
    let weights = task.inputs.map { $0.values.number("weight") }
    let sum = weights.reduce(0, +)
    guard sum > 0 else {
      throw Rejection(
        MergingRules.weights, "all of them are zero", at: Place(tensor: task.name))
    }
    return weights.map { $0 / sum }
  }
}
