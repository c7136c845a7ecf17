public import TensorOps

/// A change of a weight as the product of two thin matrices (LoRA: Hu et al. 2022): B · A, where A
/// is rank × inputs and B outputs × rank.
public struct LowRankFactors: Sendable, Equatable {
  /// What inputs are multiplied with first.
  public let a: Matrix
  /// What makes outputs of it, with every scale.
  public let b: Matrix

  /// Factors with one rank.
  public init(a: Matrix, b: Matrix) {
    precondition(a.rowCount == b.columnCount, "factors have one rank")
    (self.a, self.b) = (a, b)
  }

  /// How many terms the product has.
  public var rank: Int { a.rowCount }

  /// The largest rank that the product can have.
  private var fullRank: Int { min(a.columnCount, b.rowCount) }

  /// Whether all elements of both factors are numbers to compute with.
  public var isFinite: Bool {
    a.elements.allSatisfy(\.isFinite) && b.elements.allSatisfy(\.isFinite)
  }

  /// B · A.
  public var product: Matrix { b.reproducibleProduct(a) }

  /// The sum of the squares of the product's elements, without forming it: the trace of
  /// (Bᵀ B) · (A Aᵀ).
  public var squaredNorm: Double {
    // The product has fewer elements than what would be formed.
    guard rank <= fullRank else { return product.squaredNorm }
    let inputs = a.reproducibleProduct(a.transposed)
    let outputs = b.transposed.reproducibleProduct(b)
    return zip(inputs.elements, outputs.elements).reduce(0) { $0 + $1.0 * $1.1 }
  }

  /// Factors of the transposed product.
  public var transposed: LowRankFactors { LowRankFactors(a: b.transposed, b: a.transposed) }

  /// The nearest factors of a rank to a matrix, of whose singular values only those above `least`
  /// count. With `isBalanced` both factors have the roots of the singular values, otherwise A has
  /// them.
  public init(nearest matrix: Matrix, rank: Int, above least: Double = 0, isBalanced: Bool = true) {
    let triplets = matrix.nearSingularTriplets(rank)
    self.init(triplets, above: least, isBalanced: isBalanced)
  }

  private init(_ triplets: SingularTriplets, above least: Double, isBalanced: Bool) {
    let count = triplets.values.prefix { $0 > least && $0 > 0 }.count
    var a = Matrix(zerosOf: count, triplets.right.columnCount)
    var b = Matrix(zerosOf: triplets.left.rowCount, count)
    for place in 0..<count {
      let value = triplets.values[place]
      let own = isBalanced ? value.squareRoot() : value
      for column in 0..<a.columnCount { a[place, column] = own * triplets.right[place, column] }
      for row in 0..<b.rowCount {
        b[row, place] = triplets.left[row, place] * (isBalanced ? own : 1)
      }
    }
    self.init(a: a, b: b)
  }

  /// The sum Σ wᵢ Bᵢ Aᵢ exactly: factors side by side, whose ranks add up.
  public static func sum(_ all: [LowRankFactors], by weights: [Double]) -> LowRankFactors {
    let scaled = zip(all, weights).map { Matrix.sum([$0.b], by: [$1]) }
    return LowRankFactors(
      a: Matrix.sideBySide(all.map(\.a.transposed)).transposed, b: Matrix.sideBySide(scaled))
  }

  /// The nearest factors of a lower rank, without forming the product: from orthonormal columns of
  /// both factors and the singular values of what is between them.
  public func reduced(to rank: Int) -> LowRankFactors {
    guard rank < self.rank else { return self }
    guard self.rank <= fullRank else { return LowRankFactors(nearest: product, rank: rank) }
    let (left, leftFactor) = b.orthonormalColumns()
    let (right, rightFactor) = a.transposed.orthonormalColumns()
    let inner = leftFactor.reproducibleProduct(rightFactor.transposed)
      .leadingSingularTriplets(rank)
    let triplets = SingularTriplets(
      left: left.reproducibleProduct(inner.left), values: inner.values,
      right: inner.right.reproducibleProduct(right.transposed))
    return LowRankFactors(triplets, above: 0, isBalanced: true)
  }

  /// The weighted sum of factors one by one, as PEFT's `linear` does: Σ √wᵢ Aᵢ and Σ √wᵢ Bᵢ, whose
  /// product has terms between different adapters besides those that are meant.
  public static func factorwise(
    _ all: [LowRankFactors], by weights: [Double]
  ) -> LowRankFactors {
    precondition(Set(all.map(\.rank)).count == 1, "factors have one rank")
    let roots = weights.map { $0.magnitude.squareRoot() }
    let signed = zip(roots, weights).map { $0 * ($1 < 0 ? -1 : 1) }
    return LowRankFactors(
      a: Matrix.sum(all.map(\.a), by: roots), b: Matrix.sum(all.map(\.b), by: signed))
  }
}
