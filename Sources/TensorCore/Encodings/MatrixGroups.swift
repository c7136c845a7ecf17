internal import Diagnostics

/// How the rows of a matrix are cut into groups of columns that share a scale; the last group of a
/// row may be shorter.
struct MatrixGroups {
  private let rows: Int
  private let columns: Int
  /// The columns of a group: at least 1, and no more than there are.
  private let size: Int
  /// The groups of a row.
  private let count: Int

  /// Cuts rows into groups of `size` columns, or leaves them whole for nil; throws C09 unless
  /// `shape` is a matrix.
  init(_ shape: Shape, size: Int?) throws(Rejection) {
    try require(
      shape.rank == 2, EncodingRules.componentMismatch,
      "groups of columns need a matrix, the shape is \(shape)")
    (rows, columns) = (shape[0], shape[1])
    self.size = max(min(size ?? columns, columns), 1)
    // There are no more groups than columns, or one, so that all of them fit an Int too.
    count = size == nil ? 1 : columns / self.size + (columns % self.size == 0 ? 0 : 1)
  }

  /// The numbers of a component that has a finite float for each group; throws C09 if it has not.
  func scales(_ tensor: Tensor, _ part: String = "scales") throws(Rejection) -> [Float] {
    try requireOneEach(tensor, part)
    return try tensor.scales(count: rows * count, part)
  }

  /// Throws C09 unless a component has an element for each group.
  func requireOneEach(_ tensor: Tensor, _ part: String) throws(Rejection) {
    try require(
      tensor.shape.dimensions == [rows, count], EncodingRules.componentMismatch,
      "the \(part) have shape \(tensor.shape), the codes need \([rows, count])")
  }

  /// Gives the decoded elements. `fill` writes a part of one group to an address: it is told which
  /// of all groups and which of all elements.
  func decode(
    to body: BlockBuffer.Body, fill: (UnsafeMutablePointer<Float>, Int, Range<Int>) -> Void
  ) throws(Rejection) {
    // Without columns, nothing bounds the number of rows.
    guard columns > 0 else { return }
    var blocks = BlockBuffer(elementCount: rows * columns)
    for row in 0..<rows {
      let start = row * columns
      try blocks.append(columns, to: body) { target, range in
        var column = range.lowerBound
        while column < range.upperBound {
          let group = column / size
          let end = min((group + 1) * size, range.upperBound)
          fill(
            target + (column - range.lowerBound), row * count + group,
            (start + column)..<(start + end))
          column = end
        }
      }
    }
    try blocks.flush(to: body)
  }
}
