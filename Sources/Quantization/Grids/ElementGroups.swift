internal import Diagnostics
internal import TensorCore

/// The runs of a matrix's elements that share a scale, row after row.
struct ElementGroups {
  /// The most elements of a group.
  let size: Int
  /// The groups of a row.
  let perRow: Int
  private let rows: Int
  /// The elements of a row.
  let columns: Int

  /// Groups of `size` columns, the last of a row with what is left; for 0 whole rows, empty ones
  /// too.
  init(rows: Int, columns: Int, size: Int) {
    self.rows = rows
    self.columns = columns
    self.size = size == 0 ? max(columns, 1) : size
    let isCut = columns % self.size != 0
    perRow = size == 0 ? 1 : columns / self.size + (isCut ? 1 : 0)
  }

  /// The groups of a weight.
  init(_ weight: Weight, size: Int) {
    self.init(rows: weight.rows, columns: weight.columns, size: size)
  }

  /// How many there are.
  var count: Int { rows * perRow }
  /// The extents of a matrix with a number for each group.
  var dimensions: [Int] { [rows, perRow] }

  /// The places of a group's elements.
  func range(_ group: Int) -> Range<Int> {
    let (row, place) = group.quotientAndRemainder(dividingBy: perRow)
    let first = place * size
    return (row * columns + first)..<(row * columns + min(first + size, columns))
  }

  /// Calls `body` with each group and its elements.
  func forEach(_ weight: Weight, _ body: (Int, Range<Int>, UnsafeBufferPointer<Float>) -> Void) {
    weight.elements.withUnsafeBufferPointer { elements in
      for group in 0..<count {
        let range = range(group)
        body(group, range, UnsafeBufferPointer(rebasing: elements[range]))
      }
    }
  }
}

extension Weight {
  /// Codes in groups of columns, with a scale for each group and, where there are some, its zero
  /// point.
  func encoded(
    _ codes: [Int8], scales: [Float], zeros: [Int8]?, _ type: ScaleType, _ groups: ElementGroups
  ) throws(Rejection) -> EncodedTensor {
    guard let encoding = GroupedCodes(groupSize: groups.size) else {
      preconditionFailure("groups have a size")
    }
    let zeros =
      zeros.map { Tensor($0, .i8, groups.dimensions) } ?? Tensor([Int8](), .i8, [0])
    return try encoded(
      encoding, ("q", Tensor(codes, .i8, shape)),
      ("scale", type.tensor(scales, groups.dimensions)), ("zero_point", zeros))
  }
}
