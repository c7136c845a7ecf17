import TensorCore
import TensorOps
import TestSupport
import Testing

/// Leading singular triplets beside those of numpy, and what must hold of any.
struct SingularTripletTests {
  static let names = [
    "tall", "wide", "square", "column", "line", "noise", "one", "graded", "near", "small", "large",
  ]

  /// The vectors of equal values may be any of their space.
  private static let matrices: [String: Matrix] = [
    "identity": .identity(6),
    "zero": Matrix(zerosOf: 4, 3),
    "of rank one": Matrix((0..<20).map { Double($0 / 4 * ($0 % 4)) }, rowCount: 5, columnCount: 4),
    "of equal rows": Matrix(
      (0..<24).map { Double($0 % 4 + 1) }, rowCount: 6, columnCount: 4),
    "with a zero row": Matrix([3, 4, 0, 0, 0, 5], rowCount: 3, columnCount: 2),
    "of two blocks": Matrix(
      [2, 1, 0, 0, 1, 2, 0, 0, 0, 0, 2, 1, 0, 0, 1, 2], rowCount: 4, columnCount: 4),
    "of signs": Matrix(
      (0..<16).map { ($0 / 4) & ($0 % 4) % 3 == 1 ? -1 : 1 }, rowCount: 4, columnCount: 4),
    "subnormal": Matrix([0x1p-1060, 0, 0, 0x1p-1070], rowCount: 2, columnCount: 2),
  ]

  private static func matrix(_ tensor: Tensor) -> Matrix {
    let bytes = tensor.elementBytes ?? []
    let elements = bytes.withUnsafeBytes { Array($0.bindMemory(to: Double.self)) }
    return Matrix(
      elements, rowCount: tensor.shape[0], columnCount: tensor.shape.rank > 1 ? tensor.shape[1] : 1)
  }

  /// The largest difference.
  private static func distance(_ a: [Double], _ b: [Double]) -> Double {
    a.count == b.count ? zip(a, b).reduce(0) { max($0, abs($1.0 - $1.1)) } : .infinity
  }

  @Test(arguments: names)
  func `values and vectors are those of numpy`(name: String) throws {
    let tensors = try TensorDump.read(try Fixtures.bytes("tensors/singular.dump"))
    let matrix = Self.matrix(try #require(tensors[name]))
    let left = Self.matrix(try #require(tensors[name + ".left"]))
    let values = Self.matrix(try #require(tensors[name + ".values"])).elements
    let right = Self.matrix(try #require(tensors[name + ".right"]))
    let found = matrix.leadingSingularTriplets(100)
    #expect(Self.distance(found.values, values) < 1e-14 * values[0])
    // Errors of vectors are those of values over the distance to the next one.
    let gaps = values.indices.map { index in
      values.indices.filter { $0 != index }.map { abs(values[$0] - values[index]) }.min()
        ?? values[0]
    }
    for index in values.indices {
      let bound = 1e-14 * values[0] / min(gaps[index], values[index])
      let column = { (matrix: Matrix) in (0..<matrix.rowCount).map { matrix[$0, index] } }
      #expect(Self.distance(column(found.left), column(left)) < bound)
      let row = { (matrix: Matrix) in (0..<matrix.columnCount).map { matrix[index, $0] } }
      #expect(Self.distance(row(found.right), row(right)) < bound)
    }
  }

  @Test(arguments: names)
  func `as many as are asked for are the first of all`(name: String) throws {
    let tensors = try TensorDump.read(try Fixtures.bytes("tensors/singular.dump"))
    let matrix = Self.matrix(try #require(tensors[name]))
    let (all, two) = (matrix.leadingSingularTriplets(100), matrix.leadingSingularTriplets(2))
    #expect(two.values == Array(all.values.prefix(2)))
    #expect(two.right.elements == Array(all.right.elements.prefix(two.right.elements.count)))
  }

  @Test(arguments: matrices.keys.sorted())
  func `vectors are orthonormal and the triplets make the matrix again`(name: String) throws {
    let matrix = try #require(Self.matrices[name])
    let found = matrix.leadingSingularTriplets(100)
    let count = min(matrix.rowCount, matrix.columnCount)
    let scale = max(found.values[0], .leastNonzeroMagnitude)
    #expect(found.values.count == count)
    #expect(found.values == found.values.sorted(by: >) && found.values.allSatisfy { $0 >= 0 })
    for first in 0..<count {
      for second in 0..<count {
        let target = first == second ? 1.0 : 0.0
        let left = (0..<matrix.rowCount).reduce(0.0) {
          $0 + found.left[$1, first] * found.left[$1, second]
        }
        let right = (0..<matrix.columnCount).reduce(0.0) {
          $0 + found.right[first, $1] * found.right[second, $1]
        }
        #expect(abs(left - target) < 1e-14 && abs(right - target) < 1e-14)
      }
    }
    for row in 0..<matrix.rowCount {
      for column in 0..<matrix.columnCount {
        let sum = (0..<count).reduce(0.0) {
          $0 + found.left[row, $1] * (found.values[$1] / scale) * found.right[$1, column]
        }
        #expect(abs(sum - matrix[row, column] / scale) < 1e-13)
      }
    }
  }

  @Test(arguments: [1, 2, 5])
  func `what is left has the squares of the other values`(rank: Int) throws {
    let tensors = try TensorDump.read(try Fixtures.bytes("tensors/singular.dump"))
    let matrix = Self.matrix(try #require(tensors["noise"]))
    let found = matrix.leadingSingularTriplets(rank)
    var rest = 0.0
    for row in 0..<matrix.rowCount {
      for column in 0..<matrix.columnCount {
        let near = (0..<rank).reduce(0.0) {
          $0 + found.left[row, $1] * found.values[$1] * found.right[$1, column]
        }
        rest += (matrix[row, column] - near) * (matrix[row, column] - near)
      }
    }
    let squares = matrix.elements.reduce(0) { $0 + $1 * $1 }
    let kept = found.values.reduce(0) { $0 + $1 * $1 }
    #expect(abs(rest - (squares - kept)) < 1e-12 * squares)
  }

  @Test func `the element of largest magnitude of a left vector is positive`() {
    let found = Matrix([-3, 0, 0, -1], rowCount: 2, columnCount: 2).leadingSingularTriplets(2)
    #expect(Self.distance(found.left.elements, [1, 0, 0, 1]) < 1e-15)
    #expect(Self.distance(found.right.elements, [-1, 0, 0, -1]) < 1e-15)
  }

  @Test func `nothing has no triplets`() {
    #expect(Matrix(zerosOf: 0, 5).leadingSingularTriplets(4).values.isEmpty)
    #expect(Matrix.identity(3).leadingSingularTriplets(0).left.columnCount == 0)
  }
}
