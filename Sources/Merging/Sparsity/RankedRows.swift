internal import TensorCore

/// Rows whose elements are ranked by their absolute value.
struct RankedRows: Sendable {
  /// The elements of a row, which are `stride` apart.
  let length: Int
  let stride: Int
  /// The probability of each rank.
  let probabilities: [Float]

  /// The rows of a tensor: along its second axis, or the only one. Ranks, their quotients and each
  /// step of density − ε + 2 ε (rank − 1) / (length − 1) are rounded to a type.
  init(_ shape: Shape, density: Double, epsilon: Double, type: DType) {
    let axis = min(1, max(shape.rank - 1, 0))
    length = shape.rank == 0 ? 1 : shape[axis]
    stride = shape.dimensions.dropFirst(axis + 1).reduce(1, *)
    func rounded(_ value: Float) -> Float {
      var value = value
      Float.round(&value, 1, to: type)
      return value
    }
    let (length, last) = (length, Float(length - 1))
    probabilities = (0..<length).map { rank in
      // mergekit fails on a row of one element: it gets the density.
      guard length > 1 else { return rounded(Float(density)) }
      let place = rounded(rounded(rounded(Float(rank + 1)) - 1) / last)
      let slope = rounded(rounded(min(max(place, 0), 1) * 2) * Float(epsilon))
      return rounded(slope + rounded(Float(density - epsilon)))
    }
  }

  /// The elements of whole rows that lie together.
  var unit: Int { length * stride }
}
