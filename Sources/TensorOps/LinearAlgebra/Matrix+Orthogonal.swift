extension Matrix {
  /// The product with another matrix in plain double arithmetic and one fixed order: the same bits
  /// on every machine and for every number of threads, where `times` has those of BLAS.
  public func reproducibleProduct(_ other: Matrix) -> Matrix {
    precondition(columnCount == other.rowCount, "inner extents differ")
    let strip = 32
    let (own, width, inner) = (self, other.columnCount, columnCount)
    let strips = ParallelFor.map((rowCount + strip - 1) / strip) { index -> [Double] in
      let rows = (index * strip)..<min((index + 1) * strip, own.rowCount)
      var sums = [Double](repeating: 0, count: rows.count * width)
      sums.withUnsafeMutableBufferPointer { sums in
        other.elements.withUnsafeBufferPointer { right in
          own.elements.withUnsafeBufferPointer { left in
            for row in rows {
              let line = left.baseAddress.map { $0 + row * inner }
              let target = sums.baseAddress.map { $0 + (row - rows.lowerBound) * width }
              guard let line, let target, let right = right.baseAddress else { return }
              Self.addRows(line, inner, right, width, to: target)
            }
          }
        }
      }
      return sums
    }
    return Matrix(strips.flatMap(\.self), rowCount: rowCount, columnCount: width)
  }

  /// Adds rows with factors to a row, four at a time.
  private static func addRows(
    _ factors: UnsafePointer<Double>, _ count: Int, _ rows: UnsafePointer<Double>, _ width: Int,
    to target: UnsafeMutablePointer<Double>
  ) {
    var row = 0
    while row + 4 <= count {
      let (a, b, c, d) = (factors[row], factors[row + 1], factors[row + 2], factors[row + 3])
      let first = rows + row * width
      let (second, third, fourth) = (first + width, first + 2 * width, first + 3 * width)
      for column in 0..<width {
        target[column] +=
          (a * first[column] + b * second[column]) + (c * third[column] + d * fourth[column])
      }
      row += 4
    }
    while row < count {
      let (factor, source) = (factors[row], rows + row * width)
      for column in 0..<width { target[column] += factor * source[column] }
      row += 1
    }
  }

  /// Rows for columns.
  public var transposed: Matrix {
    var result = Matrix(zerosOf: columnCount, rowCount)
    for row in 0..<rowCount {
      for column in 0..<columnCount {
        result.elements[column * rowCount + row] = elements[row * columnCount + column]
      }
    }
    return result
  }

  /// The matrices side by side; all have as many rows.
  public static func sideBySide(_ matrices: [Matrix]) -> Matrix {
    guard let first = matrices.first else { return Matrix([], rowCount: 0, columnCount: 0) }
    precondition(matrices.allSatisfy { $0.rowCount == first.rowCount }, "heights differ")
    var elements: [Double] = []
    for row in 0..<first.rowCount {
      for matrix in matrices {
        let start = row * matrix.columnCount
        elements += matrix.elements[start..<(start + matrix.columnCount)]
      }
    }
    return Matrix(
      elements, rowCount: first.rowCount,
      columnCount: matrices.reduce(0) { $0 + $1.columnCount })
  }

  /// The sum Σ cᵢ Aᵢ of matrices of one shape.
  public static func sum(_ matrices: [Matrix], by factors: [Double]) -> Matrix {
    precondition(!matrices.isEmpty && matrices.count == factors.count, "each has a factor")
    var result = Matrix(zerosOf: matrices[0].rowCount, matrices[0].columnCount)
    for (matrix, factor) in zip(matrices, factors) where factor != 0 {
      precondition(matrix.elements.count == result.elements.count, "shapes differ")
      for index in result.elements.indices {
        result.elements[index] += factor * matrix.elements[index]
      }
    }
    return result
  }

  /// The sum of all squares.
  public var squaredNorm: Double { elements.reduce(0) { $0 + $1 * $1 } }

  /// The nearest matrix with orthonormal columns, or rows where it is wide: the factor P Qᵀ of its
  /// singular value decomposition P S Qᵀ. Directions whose singular value is zero are left out.
  public var orthogonalFactor: Matrix {
    let triplets = leadingSingularTriplets(min(rowCount, columnCount))
    return triplets.product { $0 > 0 ? 1 : 0 }
  }

  /// Orthonormal columns Q and the R with Q · R = self, by Gram and Schmidt's way, twice for each
  /// column (Giraud et al. 2005). A column that depends on those before it is zero in Q.
  public func orthonormalColumns() -> (q: Matrix, r: Matrix) {
    var columns = transposed
    var factors = Matrix(zerosOf: columnCount, columnCount)
    let length = rowCount
    columns.withElements { all in
      for column in 0..<factors.rowCount {
        let own = column * length
        let before = (0..<length).reduce(0.0) { $0 + all[own + $1] * all[own + $1] }
        for _ in 0..<2 {
          for other in 0..<column {
            let start = other * length
            let product = (0..<length).reduce(0.0) { $0 + all[start + $1] * all[own + $1] }
            factors[other, column] += product
            for index in 0..<length { all[own + index] -= product * all[start + index] }
          }
        }
        let square = (0..<length).reduce(0.0) { $0 + all[own + $1] * all[own + $1] }
        let isFree = square > before * 1e-24
        factors[column, column] = isFree ? square.squareRoot() : 0
        let scale = isFree ? 1 / square.squareRoot() : 0
        for index in 0..<length { all[own + index] *= scale }
      }
    }
    return (columns.transposed, factors)
  }
}

extension SingularTriplets {
  /// U · diag(f(s)) · Vᵀ.
  public func product(_ value: (Double) -> Double = { $0 }) -> Matrix {
    var scaled = right
    let columns = right.columnCount
    let factors = values.map(value)
    scaled.withElements { elements in
      for row in factors.indices {
        for column in 0..<columns { elements[row * columns + column] *= factors[row] }
      }
    }
    return left.reproducibleProduct(scaled)
  }
}
