internal import TensorCore

extension Matrix {
  /// The largest `count` singular values with their vectors, near enough for large matrices of
  /// which few are wanted: within a space that products with random vectors span, and a few
  /// products with the matrix turn toward the largest ones (Halko, Martinsson and Tropp 2011,
  /// algorithm 4.4).
  ///
  /// What is left of the matrix was larger than the least possible by less than a thousandth for
  /// spectra that fall slowly and for noise; O(rows · columns · count). Small matrices, and those
  /// of which many triplets are wanted, are decomposed exactly. The same bits on every machine.
  public func nearSingularTriplets(_ count: Int) -> SingularTriplets {
    let count = min(count, rowCount, columnCount)
    let width = count + max(Self.extraDirections, count / 2)
    guard min(rowCount, columnCount) > max(Self.exactExtent, 2 * width) else {
      return leadingSingularTriplets(count)
    }
    var random = Philox(seed: 0, stream: UInt64(rowCount) << 32 | UInt64(columnCount))
    // Random signs serve as well as normal numbers, and are the same everywhere.
    var space = Matrix(
      random.next(columnCount * width).map { $0 & 1 == 0 ? 1 : -1 }, rowCount: columnCount,
      columnCount: width)
    let turned = transposed
    for _ in 0..<Self.turnCount {
      let image = reproducibleProduct(space).orthonormalColumns().q
      space = turned.reproducibleProduct(image).orthonormalColumns().q
    }
    let basis = reproducibleProduct(space).orthonormalColumns().q
    let inner = basis.transposed.reproducibleProduct(self).leadingSingularTriplets(count)
    return SingularTriplets(
      left: basis.reproducibleProduct(inner.left), values: inner.values, right: inner.right)
  }

  /// Directions besides those that are wanted.
  private static var extraDirections: Int { 16 }
  /// Matrices whose smaller extent is at most this are decomposed exactly.
  private static var exactExtent: Int { 512 }
  /// How often the space is turned.
  private static var turnCount: Int { 6 }
}
