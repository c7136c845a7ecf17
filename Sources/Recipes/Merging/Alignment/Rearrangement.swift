internal import LanguageModels
internal import Merging
internal import TensorCore

/// How the elements of a tensor change places with the orders of some groups.
struct Rearrangement: Equatable {
  /// Indices along an axis, and what they are of; nil for those that stay.
  struct Segment: Equatable {
    let range: Range<Int>
    let axis: AlignmentAxis?
  }

  /// A matrix in the tensor; a vector is a column.
  struct Region: Equatable {
    /// Where its first element is.
    let offset: Int
    let rowCount: Int
    let columnCount: Int
    /// Segments that cover the rows.
    fileprivate(set) var rows: [Segment] = []
    /// Segments that cover the columns.
    fileprivate(set) var columns: [Segment] = []
  }

  /// The matrices, in the order of the tensor.
  let regions: [Region]

  /// How a tensor of a shape changes with the groups that the axes are of. Expects axes that fit.
  init(_ shape: Shape, _ axes: [(place: PermutedAxis, count: Int, axis: AlignmentAxis)]) {
    let extents = shape.dimensions.suffix(2) + (shape.rank < 2 ? [1] : [])
    let (rowCount, columnCount) = (extents[extents.startIndex], extents[extents.startIndex + 1])
    regions = Set(axes.map { $0.place.matrix ?? 0 }).sorted().map { matrix in
      var region = Region(
        offset: matrix * rowCount * columnCount, rowCount: rowCount, columnCount: columnCount)
      func segments(_ axis: Int, _ extent: Int) -> [Segment] {
        let own = axes.filter { ($0.place.matrix ?? 0) == matrix && $0.place.axis == axis }.map {
          let start = $0.place.start
          return Segment(range: start..<(start + $0.count * $0.place.width), axis: $0.axis)
        }
        return Self.covering(extent, own)
      }
      region.rows = segments(0, rowCount)
      region.columns = segments(1, columnCount)
      return region
    }
  }

  /// The segments in order, with what lies between them.
  private static func covering(_ extent: Int, _ segments: [Segment]) -> [Segment] {
    var result: [Segment] = []
    var end = 0
    for segment in segments.sorted(by: { $0.range.lowerBound < $1.range.lowerBound }) {
      precondition(
        segment.range.lowerBound >= end && segment.range.upperBound <= extent,
        "symmetries are about places that tensors have")
      if segment.range.lowerBound > end {
        result.append(Segment(range: end..<segment.range.lowerBound, axis: nil))
      }
      result.append(segment)
      end = segment.range.upperBound
    }
    if end < extent { result.append(Segment(range: end..<extent, axis: nil)) }
    return result
  }

  /// Calls `body` with where each row of a matrix is to begin, where it begins now, and which of
  /// its elements comes when.
  func forEachRow(
    in orders: [UnitOrder], _ body: (_ target: Int, _ source: Int, _ columns: [Int]) -> Void
  ) {
    for region in regions {
      let columns = Self.indices(region.columns, orders)
      for (place, row) in Self.indices(region.rows, orders).enumerated() {
        body(
          region.offset + place * region.columnCount, region.offset + row * region.columnCount,
          columns)
      }
    }
  }

  private static func indices(_ segments: [Segment], _ orders: [UnitOrder]) -> [Int] {
    segments.flatMap { segment -> [Int] in
      guard let axis = segment.axis else { return Array(segment.range) }
      return axis.indices(in: orders[axis.group]).map { segment.range.lowerBound + $0 }
    }
  }

  /// The bytes of a tensor with its elements, of so many bytes each, where the orders put them.
  func applied(to bytes: [UInt8], elementWidth width: Int, _ orders: [UnitOrder]) -> [UInt8] {
    var result = bytes
    bytes.withUnsafeBytes { source in
      result.withUnsafeMutableBytes { target in
        forEachRow(in: orders) { end, start, columns in
          for (place, column) in columns.enumerated() {
            let from = (start + column) * width
            UnsafeMutableRawBufferPointer(rebasing: target[((end + place) * width)...])
              .copyMemory(from: UnsafeRawBufferPointer(rebasing: source[from..<(from + width)]))
          }
        }
      }
    }
    return result
  }
}
