import TensorOps
import Testing

struct FactorizationTests {
  /// A matrix of whole numbers, so that products of it are exact.
  private static func lower(_ order: Int) -> Matrix {
    var matrix = Matrix(zerosOf: order, order)
    for row in 0..<order {
      for column in 0..<row { matrix[row, column] = Double((3 * row + 5 * column) % 7 - 3) }
      matrix[row, row] = Double(2 + row % 3)
    }
    return matrix
  }

  private static func product(_ a: Matrix, _ b: Matrix, transposing: Bool = false) -> Matrix {
    let columns = transposing ? b.rowCount : b.columnCount
    var result = Matrix(zerosOf: a.rowCount, columns)
    for row in 0..<a.rowCount {
      for column in 0..<columns {
        for index in 0..<a.columnCount {
          result[row, column] += a[row, index] * (transposing ? b[column, index] : b[index, column])
        }
      }
    }
    return result
  }

  private static func distance(_ a: Matrix, _ b: Matrix) -> Double {
    zip(a.elements, b.elements).reduce(0) { max($0, abs($1.0 - $1.1)) }
  }

  @Test(arguments: [1, 2, 17, 40])
  func `the factor of a product is what was multiplied`(order: Int) throws {
    let factor = Self.lower(order)
    let matrix = Self.product(factor, factor, transposing: true)
    for found in [try matrix.choleskyFactor(), try matrix.portableCholeskyFactor()] {
      #expect(Self.distance(found, factor) < 1e-9)
      for row in 0..<order {
        #expect((row + 1..<order).allSatisfy { found[row, $0] == 0 }, "above the diagonal")
      }
    }
  }

  @Test func `only the lower triangle is read`() throws {
    let factor = Self.lower(6)
    var matrix = Self.product(factor, factor, transposing: true)
    for row in 0..<6 { for column in (row + 1)..<6 { matrix[row, column] = .nan } }
    #expect(Self.distance(try matrix.choleskyFactor(), factor) < 1e-9)
    #expect(Self.distance(try matrix.portableCholeskyFactor(), factor) < 1e-9)
  }

  @Test func `the minor that is not positive is named`() {
    var matrix = Matrix.identity(5)
    matrix[3, 3] = -1
    #expect(throws: NotPositiveDefinite(minor: 4)) { try matrix.choleskyFactor() }
    #expect(throws: NotPositiveDefinite(minor: 4)) { try matrix.portableCholeskyFactor() }
  }

  @Test(arguments: [1, 3, 16])
  func `a system's solution solves it`(columns: Int) {
    let factor = Self.lower(12)
    var right = Matrix(zerosOf: 12, columns)
    for row in 0..<12 {
      for column in 0..<columns { right[row, column] = Double(row - 2 * column) }
    }
    let solutions = [factor.solving(.lower, right), factor.solvingPortably(.lower, right)]
    for solution in solutions {
      #expect(Self.distance(Self.product(factor, solution), right) < 1e-9)
    }
    var transposed = Matrix(zerosOf: 12, 12)
    for row in 0..<12 { for column in 0..<12 { transposed[row, column] = factor[column, row] } }
    let others = [
      factor.solving(.transposedLower, right), factor.solvingPortably(.transposedLower, right),
    ]
    for solution in others {
      #expect(Self.distance(Self.product(transposed, solution), right) < 1e-9)
    }
  }

  @Test func `a matrix times its inverse is the identity`() throws {
    let factor = Self.lower(9)
    let matrix = Self.product(factor, factor, transposing: true)
    let inverse = try matrix.positiveDefiniteInverse()
    #expect(Self.distance(Self.product(matrix, inverse), .identity(9)) < 1e-6)
  }

  @Test func `an empty matrix has an empty factor`() throws {
    #expect(try Matrix(zerosOf: 0, 0).choleskyFactor().elements.isEmpty)
    #expect(Matrix(zerosOf: 0, 0).solving(.lower, Matrix(zerosOf: 0, 3)).elements.isEmpty)
  }
}
