/// A matrix A of at least as many rows as columns as U · B · Vᵀ, where B has a diagonal and one
/// diagonal above it, and U and V are products of reflections (Golub and Kahan 1965).
struct Bidiagonalization {
  /// The diagonal of B.
  private(set) var diagonal: [Double]
  /// What stands above the diagonal, one element fewer.
  private(set) var superdiagonal: [Double]

  private let rowCount: Int
  private let columnCount: Int
  /// In column i from row i the vector v of the i-th reflection I − f v vᵀ of rows, in row i from
  /// column i + 1 that of columns.
  private var vectors: [Double]
  /// The same, column by column.
  private var columns: [Double] = []
  private var leftFactors: [Double]
  private var rightFactors: [Double]

  /// Reduces a matrix, divided by `unit`.
  init(of matrix: Matrix, unit: Double) {
    precondition(matrix.rowCount >= matrix.columnCount, "the matrix is not wide")
    (rowCount, columnCount) = (matrix.rowCount, matrix.columnCount)
    vectors = matrix.elements.map { $0 / unit }
    diagonal = [Double](repeating: 0, count: columnCount)
    superdiagonal = [Double](repeating: 0, count: max(columnCount - 1, 0))
    leftFactors = diagonal
    rightFactors = superdiagonal
    for step in 0..<columnCount { reduce(step) }
    // What stands in columns is read along them for every vector of U.
    columns = Matrix(vectors, rowCount: rowCount, columnCount: columnCount).transposed.elements
  }

  /// Makes zeros of a column below the diagonal and of a row beyond the element beside it.
  private mutating func reduce(_ step: Int) {
    let (rows, columns) = (rowCount - step, columnCount)
    let rest = columns - step - 1
    var (left, right) = ((first: 0.0, factor: 0.0), (first: 0.0, factor: 0.0))
    vectors.withUnsafeMutableBufferPointer { buffer in
      guard let start = buffer.baseAddress else { return }
      let corner = start + step * columns + step
      left = Self.reflect(corner, rows, stride: columns)
      guard rest > 0 else { return }
      withUnsafeTemporaryAllocation(of: Double.self, capacity: rest) { sums in
        guard let sums = sums.baseAddress else { return }
        sums.initialize(repeating: 0, count: rest)
        for row in 0..<rows {
          let line = corner + row * columns
          OrthonormalVectors.add(line[0], line + 1, to: sums, rest)
        }
        OrthonormalVectors.add(-left.factor * corner[0], sums, to: corner + 1, rest)
        right = Self.reflect(corner + 1, rest, stride: 1)
        for row in 1..<max(rows, 1) {
          let line = corner + row * columns
          OrthonormalVectors.add(-left.factor * line[0], sums, to: line + 1, rest)
          let product = OrthonormalVectors.dot(line + 1, corner + 1, rest)
          OrthonormalVectors.add(-right.factor * product, corner + 1, to: line + 1, rest)
        }
      }
    }
    (diagonal[step], leftFactors[step]) = left
    guard rest > 0 else { return }
    (superdiagonal[step], rightFactors[step]) = right
  }

  /// Replaces x by the v of a reflection I − f v vᵀ that leaves only x's first element, which it
  /// gives together with f. Elements lie `stride` apart.
  private static func reflect(
    _ x: UnsafeMutablePointer<Double>, _ count: Int, stride: Int
  ) -> (first: Double, factor: Double) {
    var square = 0.0
    for index in 0..<count { square += x[index * stride] * x[index * stride] }
    guard square > 0 else { return (0, 0) }
    // Away from x's first element, so that nothing cancels.
    let first = x[0] > 0 ? -square.squareRoot() : square.squareRoot()
    x[0] -= first
    return (first, 1 / (square.squareRoot() * abs(x[0])))
  }

  /// U times a vector of B's height; zeros stand for what is missing.
  func leftVector(_ short: [Double]) -> [Double] {
    var vector = short + [Double](repeating: 0, count: rowCount - short.count)
    for step in (0..<columnCount).reversed() {
      Self.reflect(
        &vector, from: step, by: columns, at: step * rowCount + step, leftFactors[step])
    }
    return vector
  }

  /// V times a vector.
  func rightVector(_ short: [Double]) -> [Double] {
    var vector = short
    for step in superdiagonal.indices.reversed() {
      Self.reflect(
        &vector, from: step + 1, by: vectors, at: step * columnCount + step + 1,
        rightFactors[step])
    }
    return vector
  }

  /// Replaces what stands from `first` on by (I − f v vᵀ) times it; v stands at a place.
  private static func reflect(
    _ vector: inout [Double], from first: Int, by vectors: [Double], at place: Int,
    _ factor: Double
  ) {
    let count = vector.count - first
    vector.withUnsafeMutableBufferPointer { vector in
      vectors.withUnsafeBufferPointer { vectors in
        guard let x = vector.baseAddress.map({ $0 + first }),
          let v = vectors.baseAddress.map({ $0 + place })
        else { return }
        OrthonormalVectors.add(-factor * OrthonormalVectors.dot(v, x, count), v, to: x, count)
      }
    }
  }
}
