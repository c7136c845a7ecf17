/// The largest singular values of a matrix with their vectors: the product of `left`, the values
/// and `right` is the nearest matrix of that rank (Eckart and Young 1936).
public struct SingularTriplets: Sendable, Equatable {
  /// The left vectors, rows × count: column k belongs to value k. The element of largest magnitude,
  /// the first of several, is positive in each.
  public let left: Matrix
  /// The singular values, none negative, in descending order.
  public let values: [Double]
  /// The right vectors, count × columns: row k belongs to value k.
  public let right: Matrix

  /// Triplets with these parts.
  public init(left: Matrix, values: [Double], right: Matrix) {
    precondition(left.columnCount == values.count && right.rowCount == values.count)
    (self.left, self.values, self.right) = (left, values, right)
  }
}

extension Matrix {
  /// The largest `count` singular values with their vectors, or as many as the matrix has.
  ///
  /// Householder's bidiagonalization (Golub and Kahan 1965), then bisection and inverse iteration
  /// for the values that are wanted: O(rows · columns · min(rows, columns)), whatever `count` is.
  /// Values and products of vectors are as exact as the largest value is in double precision; a
  /// value that rounding cannot tell from 0 is 0. Plain double arithmetic in one fixed order:
  /// the same bits on every machine. Elements are finite.
  public func leadingSingularTriplets(_ count: Int) -> SingularTriplets {
    precondition(count >= 0, "a count is not negative")
    let count = min(count, rowCount, columnCount)
    let largest = elements.reduce(0) { max($0, abs($1)) }
    precondition(largest.isFinite && !elements.contains { $0.isNaN }, "elements are finite")
    guard count > 0 else {
      return SingularTriplets(
        left: Matrix(zerosOf: rowCount, 0), values: [], right: Matrix(zerosOf: 0, columnCount))
    }
    // A power of two: squares stay within range, and nothing is rounded by it.
    let unit = largest > 0 ? Double(sign: .plus, exponent: largest.exponent, significand: 1) : 1
    let isWide = columnCount > rowCount
    let reduced = Bidiagonalization(of: isWide ? transposed : self, unit: unit)
    let spectrum = BidiagonalSpectrum(reduced.diagonal, reduced.superdiagonal, count: count)
    var tall = ParallelFor.map(count) { reduced.leftVector(spectrum.left[$0]) }
    var short = ParallelFor.map(count) { reduced.rightVector(spectrum.right[$0]) }
    if isWide { swap(&tall, &short) }
    for index in 0..<count {
      var largest = 0
      for row in tall[index].indices where abs(tall[index][row]) > abs(tall[index][largest]) {
        largest = row
      }
      guard tall[index][largest] < 0 else { continue }
      tall[index] = tall[index].map(-)
      short[index] = short[index].map(-)
    }
    return SingularTriplets(
      left: Matrix(
        tall.flatMap(\.self), rowCount: count, columnCount: rowCount
      ).transposed, values: spectrum.values.map { $0 * unit },
      right: Matrix(short.flatMap(\.self), rowCount: count, columnCount: columnCount))
  }
}
