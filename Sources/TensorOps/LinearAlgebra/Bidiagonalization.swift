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
          Self.add(line[0], line + 1, to: sums, rest)
        }
        Self.add(-left.factor * corner[0], sums, to: corner + 1, rest)
        right = Self.reflect(corner + 1, rest, stride: 1)
        for row in 1..<max(rows, 1) {
          let line = corner + row * columns
          Self.add(-left.factor * line[0], sums, to: line + 1, rest)
          let product = Self.dot(line + 1, corner + 1, rest)
          Self.add(-right.factor * product, corner + 1, to: line + 1, rest)
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

  private static func add(
    _ factor: Double, _ source: UnsafePointer<Double>, to target: UnsafeMutablePointer<Double>,
    _ count: Int
  ) {
    for index in 0..<count { target[index] += factor * source[index] }
  }

  /// In four sums, which processors form side by side.
  private static func dot(
    _ a: UnsafePointer<Double>, _ b: UnsafePointer<Double>, _ count: Int
  ) -> Double {
    var sums = SIMD4<Double>.zero
    let whole = count & ~3
    for index in stride(from: 0, to: whole, by: 4) {
      sums +=
        SIMD4(a[index], a[index + 1], a[index + 2], a[index + 3])
        * SIMD4(b[index], b[index + 1], b[index + 2], b[index + 3])
    }
    var rest = 0.0
    for index in whole..<count { rest += a[index] * b[index] }
    return (sums[0] + sums[1]) + (sums[2] + sums[3]) + rest
  }

  /// U times a vector of B's height; zeros stand for what is missing.
  func leftVector(_ short: [Double]) -> [Double] {
    var vector = short + [Double](repeating: 0, count: rowCount - short.count)
    for step in (0..<columnCount).reversed() {
      let places = step..<rowCount
      let product = places.reduce(0) { $0 + vectors[$1 * columnCount + step] * vector[$1] }
      let share = leftFactors[step] * product
      for place in places { vector[place] -= share * vectors[place * columnCount + step] }
    }
    return vector
  }

  /// V times a vector.
  func rightVector(_ short: [Double]) -> [Double] {
    var vector = short
    for step in superdiagonal.indices.reversed() {
      let places = (step + 1)..<columnCount
      let product = places.reduce(0) { $0 + vectors[step * columnCount + $1] * vector[$1] }
      let share = rightFactors[step] * product
      for place in places { vector[place] -= share * vectors[step * columnCount + place] }
    }
    return vector
  }
}
