/// A matrix that was to be factored is not positive definite.
public struct NotPositiveDefinite: Error, Equatable {
  /// The order of the first leading minor that is not positive.
  public let minor: Int

  /// The leading minor of this order is not positive.
  public init(minor: Int) { self.minor = minor }
}

/// Which of the two systems a triangular matrix stands for.
public enum TriangularSystem: Sendable {
  /// L · X = B.
  case lower
  /// Lᵀ · X = B.
  case transposedLower
}

extension Matrix {
  /// The lower triangular L with L · Lᵀ = self (Cholesky; LAPACK's `dpotrf`), zeros above its
  /// diagonal. Only the lower triangle is read.
  public func choleskyFactor() throws(NotPositiveDefinite) -> Matrix {
    try choleskyFactor(OpenBLAS.shared)
  }

  /// The same by Birdie's own kernel, as where there is no OpenBLAS.
  package func portableCholeskyFactor() throws(NotPositiveDefinite) -> Matrix {
    try choleskyFactor(nil)
  }

  private func choleskyFactor(_ blas: OpenBLAS?) throws(NotPositiveDefinite) -> Matrix {
    precondition(rowCount == columnCount, "only a square matrix has a factor")
    guard rowCount > 0 else { return self }
    var factor = self
    let failed = factor.elements.withUnsafeMutableBufferPointer { buffer -> Int in
      guard let start = buffer.baseAddress else { return 0 }
      return Self.factor(start, rowCount, blas)
    }
    guard failed == 0 else { throw NotPositiveDefinite(minor: failed) }
    for row in 0..<rowCount {
      for column in (row + 1)..<max(columnCount, row + 1) { factor[row, column] = 0 }
    }
    return factor
  }

  /// Replaces the lower triangle by its factor; gives the order of the minor that is not positive,
  /// 0 if all are.
  private static func factor(
    _ matrix: UnsafeMutablePointer<Double>, _ order: Int, _ blas: OpenBLAS?
  ) -> Int {
    guard let blas else { return factorPortably(matrix, order) }
    var status: OpenBLAS.Index = 0
    var size = OpenBLAS.Index(order)
    var stride = size
    // What is the lower triangle by rows is the upper one by columns, as Fortran sees it.
    withUnsafePointer(to: CChar(bitPattern: UInt8(ascii: "U"))) {
      blas.dpotrf($0, &size, matrix, &stride, &status)
    }
    return Int(status)
  }

  private static func factorPortably(
    _ matrix: UnsafeMutablePointer<Double>, _ order: Int
  ) -> Int {
    for row in 0..<order {
      let line = matrix + row * order
      for column in 0...row {
        let other = matrix + column * order
        var sum = line[column]
        for index in 0..<column { sum -= line[index] * other[index] }
        if column < row {
          line[column] = sum / other[column]
        } else {
          guard sum > 0, sum.isFinite else { return row + 1 }
          line[row] = sum.squareRoot()
        }
      }
    }
    return 0
  }

  /// The X that solves a system with this lower triangular matrix and `right` (BLAS's `dtrsm`).
  /// What stands above the diagonal is not read; a zero on it gives infinities.
  public func solving(_ system: TriangularSystem, _ right: Matrix) -> Matrix {
    solving(system, right, OpenBLAS.shared)
  }

  /// The same by Birdie's own kernel, as where there is no OpenBLAS.
  package func solvingPortably(_ system: TriangularSystem, _ right: Matrix) -> Matrix {
    solving(system, right, nil)
  }

  private func solving(
    _ system: TriangularSystem, _ right: Matrix, _ blas: OpenBLAS?
  ) -> Matrix {
    precondition(rowCount == columnCount && right.rowCount == rowCount, "the system has a shape")
    var solution = right
    guard !solution.elements.isEmpty else { return solution }
    elements.withUnsafeBufferPointer { factor in
      solution.elements.withUnsafeMutableBufferPointer { target in
        guard let factor = factor.baseAddress, let target = target.baseAddress else { return }
        Self.solve(system, factor, target, rowCount, right.columnCount, blas)
      }
    }
    return solution
  }

  private static func solve(
    _ system: TriangularSystem, _ factor: UnsafePointer<Double>,
    _ target: UnsafeMutablePointer<Double>, _ order: Int, _ columns: Int, _ blas: OpenBLAS?
  ) {
    guard let blas else {
      return solvePortably(system, factor, target, order, columns)
    }
    blas.dtrsm(
      OpenBLAS.rowMajor, OpenBLAS.left, OpenBLAS.lower,
      system == .lower ? OpenBLAS.plain : OpenBLAS.transposed, OpenBLAS.nonUnit, Int32(order),
      Int32(columns), 1, factor, Int32(order), target, Int32(columns))
  }

  private static func solvePortably(
    _ system: TriangularSystem, _ factor: UnsafePointer<Double>,
    _ target: UnsafeMutablePointer<Double>, _ order: Int, _ columns: Int
  ) {
    for step in 0..<order {
      let row = system == .lower ? step : order - 1 - step
      let line = target + row * columns
      let known = system == .lower ? 0..<row : (row + 1)..<order
      for other in known {
        let weight =
          system == .lower ? factor[row * order + other] : factor[other * order + row]
        let source = target + other * columns
        for column in 0..<columns { line[column] -= weight * source[column] }
      }
      let pivot = factor[row * order + row]
      for column in 0..<columns { line[column] /= pivot }
    }
  }

  /// The inverse of a positive definite matrix, by its factor.
  public func positiveDefiniteInverse() throws(NotPositiveDefinite) -> Matrix {
    let factor = try choleskyFactor()
    return factor.solving(.transposedLower, factor.solving(.lower, .identity(rowCount)))
  }
}
