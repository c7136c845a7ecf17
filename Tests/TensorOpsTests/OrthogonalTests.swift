import TensorCore
import Testing

@testable import TensorOps

struct OrthogonalTests {
  private func random(_ rows: Int, _ columns: Int, stream: UInt64 = 0) -> Matrix {
    var random = Philox(seed: 7, stream: stream)
    return Matrix(
      random.next(rows * columns).map { Double($0) / 0x1p31 - 1 }, rowCount: rows,
      columnCount: columns)
  }

  private func distance(_ a: Matrix, _ b: Matrix) -> Double {
    Matrix.sum([a, b], by: [1, -1]).squaredNorm.squareRoot()
  }

  @Test(arguments: [(5, 7, 3), (33, 40, 65), (1, 1, 1), (64, 3, 31)])
  func `a reproducible product is the sum of products`(m: Int, k: Int, n: Int) {
    let (a, b) = (random(m, k), random(k, n, stream: 1))
    let product = a.reproducibleProduct(b)
    for row in 0..<m {
      for column in 0..<n {
        let sum = (0..<k).reduce(0) { $0 + a[row, $1] * b[$1, column] }
        #expect(abs(product[row, column] - sum) <= 1e-12)
      }
    }
  }

  @Test func `orthonormal columns and their factors make the matrix`() {
    var matrix = random(9, 5)
    // A column that depends on two others.
    for row in 0..<9 { matrix[row, 3] = 2 * matrix[row, 0] - matrix[row, 1] }
    let (q, r) = matrix.orthonormalColumns()
    #expect(distance(q.reproducibleProduct(r), matrix) < 1e-13)
    let gram = q.transposed.reproducibleProduct(q)
    for row in 0..<5 {
      for column in 0..<5 {
        let wanted: Double = row == column && row != 3 ? 1 : 0
        #expect(abs(gram[row, column] - wanted) < 1e-14)
      }
    }
  }

  @Test(arguments: [(8, 5), (5, 8), (6, 6)])
  func `the orthogonal factor is the nearest orthonormal matrix`(rows: Int, columns: Int) {
    let matrix = random(rows, columns)
    let factor = matrix.orthogonalFactor
    let short = rows < columns ? factor : factor.transposed
    let gram = short.reproducibleProduct(short.transposed)
    #expect(distance(gram, .identity(min(rows, columns))) < 1e-12)
    // P · H with a symmetric H.
    let rest =
      rows < columns
      ? matrix.reproducibleProduct(factor.transposed)
      : factor.transposed.reproducibleProduct(matrix)
    #expect(distance(rest, rest.transposed) < 1e-12)
  }

  @Test func `near triplets of noise leave out hardly more than the nearest`() {
    let matrix = random(530, 560)
    let near = matrix.nearSingularTriplets(8)
    let best = matrix.leadingSingularTriplets(8)
    #expect(distance(matrix, near.product()) <= 1.001 * distance(matrix, best.product()))
  }

  @Test func `near triplets of a large matrix leave out hardly more than the nearest`() {
    let (rows, columns, count) = (560, 600, 4)
    // Values that fall slowly are the hardest.
    let parts = (0..<40).map { place -> Matrix in
      let left = random(rows, 1, stream: UInt64(2 * place))
      let right = random(1, columns, stream: UInt64(2 * place + 1))
      return Matrix.sum([left.reproducibleProduct(right)], by: [1 / Double(place + 1).squareRoot()])
    }
    let matrix = Matrix.sum(parts, by: parts.map { _ in 1 })
    let near = matrix.nearSingularTriplets(count)
    let best = matrix.leadingSingularTriplets(count)
    let lost = distance(matrix, near.product())
    #expect(lost <= 1.001 * distance(matrix, best.product()))
    for (own, wanted) in zip(near.values, best.values) {
      #expect(abs(own - wanted) <= 1e-3 * wanted)
    }
  }
}
