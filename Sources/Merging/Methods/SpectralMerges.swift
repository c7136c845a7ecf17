internal import Diagnostics
internal import TensorCore
internal import TensorOps

/// What methods on the singular vectors of differences have in common: a base, weights of the
/// differences and a factor of what comes out.
protocol SpectralMerge: MatrixMerge {
  /// The matrix that is added to the base, from the weighted differences of the others.
  func combined(_ differences: [Matrix], _ task: MergeTask) -> Matrix
}

/// Larger weights make sums that are not finite.
private let weightRange = -1e30...1e30

extension SpectralMerge {
  /// A base and at least one other.
  var inputs: MergeInputs { MergeInputs(.required, 2...MergeInputs.most) }

  /// What can be said of each of these methods.
  static func standard(and own: [MergeParameter] = []) -> [MergeParameter] {
    [
      MergeParameter("weight", .ofInput, or: .number(1), in: weightRange, "of a difference"),
      MergeParameter(
        "lambda", .shared, or: .number(1), in: weightRange,
        "a factor of what is added to the base"),
    ] + own
  }

  /// b + λ · combined(wᵢ (xᵢ − b)).
  func merge(_ matrices: [Matrix], _ task: MergeTask) throws(Rejection) -> Matrix {
    guard let base = task.base else { preconditionFailure("the method has a base") }
    let differences = task.others.map { place in
      let weight = task.inputs[place].values.number("weight")
      return Matrix.sum([matrices[place], matrices[base]], by: [weight, -weight])
    }
    let sum = Matrix.sum(differences, by: differences.map { _ in 1 })
    guard (differences + [sum]).allSatisfy({ $0.elements.allSatisfy(Self.isModerate) }) else {
      throw Rejection(
        MergingRules.spectrum, "an element is not finite, or too large",
        at: Place(tensor: task.name))
    }
    return Matrix.sum(
      [matrices[base], combined(differences, task)], by: [1, task.shared.number("lambda")])
  }

  /// Numbers whose products and sums stay within range.
  private static func isModerate(_ number: Double) -> Bool { number.magnitude < 1e150 }

  /// b + λ · the mean of wᵢ (xᵢ − b).
  func factors(_ task: MergeTask) -> [Double] {
    let share = task.shared.number("lambda") / Double(task.others.count)
    var factors = task.inputs.indices.map { place in
      place == task.base ? 0 : share * task.inputs[place].values.number("weight")
    }
    if let base = task.base { factors[base] = 1 - factors.reduce(0, +) }
    return factors
  }
}

/// The leading singular vectors of each difference, as many as fit side by side, with what they
/// share taken out (TSV-M: Gargiulo et al. 2025).
struct TaskSingularVectors: SpectralMerge {
  /// The name in recipes.
  let id = "tsv"
  /// What it does.
  let summary = "singular vectors of the differences without interference (Gargiulo et al. 2025)"
  /// What can be said in recipes.
  let parameters: [MergeParameter] = standard()

  /// Of each of T differences the first ⌊r / T⌋ triplets of the r that there are; vectors of all
  /// side by side become orthonormal, and keep their singular values.
  func combined(_ differences: [Matrix], _ task: MergeTask) -> Matrix {
    let rank = min(differences[0].rowCount, differences[0].columnCount)
    let share = max(rank / differences.count, 1)
    let parts = ParallelFor.map(differences.count) { place in
      differences[place].leadingSingularTriplets(share)
    }
    return OrthogonalUnion(parts).product { $0 }
  }
}

/// The sum of the differences with all singular values alike, so that no direction drowns another
/// (Marczak et al. 2025).
struct IsotropicMerge: SpectralMerge {
  /// The name in recipes.
  let id: String
  /// What it does.
  let summary: String
  /// What can be said in recipes.
  let parameters: [MergeParameter]
  private let hasOwnDirections: Bool

  /// Iso-C: the directions of the sum.
  static let common = IsotropicMerge(
    id: "iso_c",
    summary: "the sum of the differences with equal singular values "
      + "(Marczak et al. 2025)", parameters: standard(), hasOwnDirections: false)
  /// Iso-CTS: besides, directions that only one difference has.
  static let commonAndTasks = IsotropicMerge(
    id: "iso_cts", summary: "iso_c with directions of single differences (Marczak et al. 2025)",
    parameters: standard(and: [
      MergeParameter(
        "common_space", .shared, or: .number(0.8), in: 0...1,
        "the part of the directions that are those of the sum")
    ]), hasOwnDirections: true)

  /// Every singular value becomes the mean of all. Directions without any stay out.
  func combined(_ differences: [Matrix], _ task: MergeTask) -> Matrix {
    let sum = Matrix.sum(differences, by: differences.map { _ in 1 })
    let rank = min(sum.rowCount, sum.columnCount)
    guard hasOwnDirections else {
      let triplets = sum.leadingSingularTriplets(rank)
      let mean = triplets.values.reduce(0, +) / Double(rank)
      return triplets.product { $0 > 0 ? mean : 0 }
    }
    // What is left of the rank is divided evenly.
    let own = (rank - Int(task.shared.number("common_space") * Double(rank))) / differences.count
    let common = sum.leadingSingularTriplets(rank - own * differences.count)
    let parts = ParallelFor.map(differences.count) { place in
      let shadow = common.left.reproducibleProduct(
        common.left.transposed.reproducibleProduct(differences[place]))
      return Matrix.sum([differences[place], shadow], by: [1, -1]).leadingSingularTriplets(own)
    }
    let union = OrthogonalUnion(parts + [common])
    let mean = union.values.reduce(0, +) / Double(max(union.values.count, 1))
    return union.product { $0 > 0 ? mean : 0 }
  }
}

/// Singular vectors of several matrices side by side, made orthonormal together.
private struct OrthogonalUnion {
  private let left: Matrix
  /// The singular values, in the same order.
  let values: [Double]
  private let right: Matrix

  init(_ parts: [SingularTriplets]) {
    values = parts.flatMap(\.values)
    let sides = [parts.map(\.left), parts.map(\.right.transposed)]
    let factors = ParallelFor.map(2) { Matrix.sideBySide(sides[$0]).orthogonalFactor }
    (left, right) = (factors[0], factors[1].transposed)
  }

  /// U · diag(f(s)) · Vᵀ.
  func product(_ value: (Double) -> Double) -> Matrix {
    SingularTriplets(left: left, values: values, right: right).product(value)
  }
}
