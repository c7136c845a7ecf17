internal import TensorOps

/// The loop of GPTQ (Frantar et al. 2023): columns are quantized one after another, and what is
/// left of each is spread over those that follow, in blocks.
struct ColumnLoop {
  /// How many columns are corrected one by one before the rest is, all at once.
  static let blockWidth = 128

  private let feedback: ErrorFeedback
  private let rows: Int
  /// A row for each column of the weight, in the order in which they are quantized.
  private var columns: Matrix

  /// The loop over a weight's columns; those that nothing is read from count as zeros.
  init(_ weight: Weight, _ feedback: ErrorFeedback) {
    self.feedback = feedback
    rows = weight.rows
    var columns = Matrix(zerosOf: weight.columns, weight.rows)
    columns.withElements { target in
      for (place, column) in feedback.order.enumerated()
      where !feedback.deadColumns.contains(column) {
        for row in 0..<weight.rows {
          target[place * weight.rows + row] = Double(
            weight.elements[row * weight.columns + column])
        }
      }
    }
    self.columns = columns
  }

  /// Calls `quantize` for each column: with its place in the order, its index in the weight and its
  /// elements, which it replaces by those that its codes stand for.
  mutating func run(
    _ quantize: (_ place: Int, _ column: Int, UnsafeMutableBufferPointer<Double>) -> Void
  ) {
    let count = columns.rowCount
    for start in stride(from: 0, to: count, by: Self.blockWidth) {
      let block = start..<min(start + Self.blockWidth, count)
      let errors = quantizeBlock(block, quantize)
      columns.subtract(
        fromRows: block.upperBound..<count, transposed: feedback.factor, rows: block,
        times: errors)
    }
  }

  /// Gives the errors of a block's columns, each over its diagonal element of the factor.
  private mutating func quantizeBlock(
    _ block: Range<Int>,
    _ quantize: (Int, Int, UnsafeMutableBufferPointer<Double>) -> Void
  ) -> Matrix {
    var errors = Matrix(zerosOf: block.count, rows)
    let (rows, factor, order) = (rows, feedback.factor, feedback.order)
    columns.withElements { columns in
      errors.withElements { errors in
        for place in block {
          let column = UnsafeMutableBufferPointer(
            rebasing: columns[(place * rows)..<((place + 1) * rows)])
          let error = UnsafeMutableBufferPointer(
            rebasing: errors[((place - block.lowerBound) * rows)...].prefix(rows))
          _ = error.update(fromContentsOf: column)
          quantize(place, order[place], column)
          let pivot = factor[place, place]
          for row in 0..<rows { error[row] = (error[row] - column[row]) / pivot }
          for later in (place + 1)..<max(block.upperBound, place + 1) {
            let share = factor[place, later]
            let target = columns.baseAddress.map { $0 + later * rows }
            guard let target else { continue }
            for row in 0..<rows { target[row] -= share * error[row] }
          }
        }
      }
    }
    return errors
  }
}
