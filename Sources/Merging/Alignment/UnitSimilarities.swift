internal import TensorOps

/// The products of what a matrix has for each unit in the reference with what it has for each unit
/// in the model, where the other axis is in a known order.
struct UnitSimilarities {
  private let matrix: AlignmentMatrix
  private let axis: AlignmentAxis
  /// The distances between neighbours along the axis and along the other one.
  private let (stride, otherStride): (Int, Int)
  /// How many units there are.
  let count: Int
  /// Which index of the model stands at each place of the other axis.
  private let others: [Int]

  /// Products along one axis of a matrix; `others` is the order of the other one.
  init(_ matrix: AlignmentMatrix, ofRows: Bool, others: [Int]) {
    guard let axis = ofRows ? matrix.rows : matrix.columns else {
      preconditionFailure("only what is of a group has units")
    }
    self.matrix = matrix
    self.axis = axis
    self.others = others
    (stride, otherStride) = ofRows ? (matrix.columnCount, 1) : (1, matrix.columnCount)
    count = (ofRows ? matrix.rowCount : matrix.columnCount) / axis.width
  }

  /// How many numbers of a unit are multiplied at once: what lies in memory stays bounded.
  private static let mostFeatures = 4096
  /// How many units a thread takes: fixed, so that sums are the same for any number of threads.
  private static let blockCount = 64
  /// From how many products on threads are worth starting.
  private static let manyProducts = 1 << 22

  /// Adds the products to those of other matrices: a row for each unit of the reference.
  func add(to sums: inout Matrix) {
    let step = max(1, Self.mostFeatures / axis.width)
    for start in Swift.stride(from: 0, to: others.count, by: step) {
      add(start..<min(start + step, others.count), to: &sums)
    }
  }

  private func add(_ range: Range<Int>, to sums: inout Matrix) {
    let right = modelFeatures(range)
    let starts = Array(Swift.stride(from: 0, to: count, by: Self.blockCount))
    let product: @Sendable (Int) -> Matrix = { [self] index in
      let end = min(starts[index] + Self.blockCount, count)
      return referenceFeatures(range, of: starts[index]..<end).times(right)
    }
    let isLarge = count * count * right.rowCount > Self.manyProducts
    let parts = isLarge ? ParallelFor.map(starts.count, product) : starts.indices.map(product)
    sums.withElements { target in
      for (start, part) in zip(starts, parts) {
        for (index, value) in part.elements.enumerated() {
          target[start * count + index] += value
        }
      }
    }
  }

  /// A row for each unit.
  private func referenceFeatures(_ range: Range<Int>, of units: Range<Int>) -> Matrix {
    var elements: [Double] = []
    elements.reserveCapacity(units.count * range.count * axis.width)
    matrix.reference.withUnsafeBufferPointer { source in
      for unit in units {
        for other in range {
          let start = unit * axis.width * stride + other * otherStride
          for index in 0..<axis.width { elements.append(Double(source[start + index * stride])) }
        }
      }
    }
    return Matrix(elements, rowCount: units.count, columnCount: range.count * axis.width)
  }

  /// A column for each unit.
  private func modelFeatures(_ range: Range<Int>) -> Matrix {
    var elements: [Double] = []
    elements.reserveCapacity(count * range.count * axis.width)
    matrix.model.withUnsafeBufferPointer { source in
      for other in range {
        let start = others[other] * otherStride
        for index in 0..<axis.width {
          for unit in 0..<count {
            elements.append(Double(source[start + (unit * axis.width + index) * stride]))
          }
        }
      }
    }
    return Matrix(elements, rowCount: range.count * axis.width, columnCount: count)
  }
}
