extension Matrix {
  /// Subtracts leftᵀ · right from some rows (BLAS's `dgemm`): of `left`, the columns are those rows
  /// and the rows are `inner`; `right` has a row for each of `inner`, and as many columns as this.
  public mutating func subtract(
    fromRows rows: Range<Int>, transposed left: Matrix, rows inner: Range<Int>,
    times right: Matrix
  ) {
    precondition(
      left.columnCount >= rows.upperBound && left.rowCount >= inner.upperBound
        && rowCount >= rows.upperBound && right.rowCount >= inner.count
        && right.columnCount == columnCount, "products fit what they are subtracted from")
    let columns = columnCount
    let stride = left.columnCount
    withElements { target in
      left.elements.withUnsafeBufferPointer { left in
        right.elements.withUnsafeBufferPointer { right in
          guard let target = target.baseAddress, let left = left.baseAddress,
            let right = right.baseAddress
          else { return }
          MatrixProduct.add(
            -1, left + inner.lowerBound * stride + rows.lowerBound, strideA: stride,
            transposingFirst: true, right, strideB: columns,
            to: target + rows.lowerBound * columns, strideC: columns, m: rows.count, n: columns,
            k: inner.count)
        }
      }
    }
  }

  /// The product with another matrix.
  public func times(_ other: Matrix) -> Matrix {
    precondition(columnCount == other.rowCount, "inner extents differ")
    var product = Matrix(zerosOf: rowCount, other.columnCount)
    product.withElements { target in
      elements.withUnsafeBufferPointer { left in
        other.elements.withUnsafeBufferPointer { right in
          guard let target = target.baseAddress, let left = left.baseAddress,
            let right = right.baseAddress
          else { return }
          MatrixProduct.add(
            1, left, strideA: columnCount, transposingFirst: false, right,
            strideB: other.columnCount, to: target, strideC: other.columnCount, m: rowCount,
            n: other.columnCount, k: columnCount)
        }
      }
    }
    return product
  }

  /// Calls `body` with the elements, row by row, to be changed in place.
  public mutating func withElements<Result>(
    _ body: (UnsafeMutableBufferPointer<Double>) throws -> Result
  ) rethrows -> Result {
    try elements.withUnsafeMutableBufferPointer { try body($0) }
  }
}
