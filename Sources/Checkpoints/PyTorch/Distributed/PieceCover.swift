internal import Diagnostics
internal import TensorCore

/// The chunks of one tensor, to be known to cover it without overlap before they become one.
struct PieceCover {
  let name: String
  private let pieces: [PiecewiseTensor.Piece]
  private let first: PiecewiseTensor.Piece

  /// Boxes that are cut along several axes are compared with each other; beyond this many that
  /// takes longer than it is worth.
  private static let maximumBoxes = 4096

  /// Throws D01 where there are no chunks.
  init(name: String, pieces: [PiecewiseTensor.Piece]) throws(Rejection) {
    guard let first = pieces.first else {
      throw DistributedMetadata.malformed("\(name) has no chunks")
    }
    self.name = name
    self.pieces = pieces
    self.first = first
  }

  /// The whole tensor, whose extents PyTorch gives as `dimensions`.
  func content(of dimensions: [Int]) throws(Rejection) -> TensorContent {
    guard let shape = Shape(dimensions.countingLast(first.tensor.dtype.torchUnit)) else {
      throw DistributedMetadata.malformed("the size of \(name) overflows")
    }
    if pieces.count == 1, first.tensor.shape == shape, first.origin.allSatisfy({ $0 == 0 }) {
      return .dense(first.tensor)
    }
    guard pieces.allSatisfy({ $0.tensor.dtype == first.tensor.dtype }) else {
      throw DistributedMetadata.malformed("the chunks of \(name) differ in type")
    }
    try check(shape)
    return .pieces(PiecewiseTensor(dtype: first.tensor.dtype, shape: shape, pieces: pieces))
  }

  /// Boxes that are inside, disjoint and of the same volume in sum cover the whole.
  private func check(_ shape: Shape) throws(Rejection) {
    var volume = 0
    for piece in pieces {
      guard piece.isInside(shape) else {
        throw DistributedMetadata.malformed("a chunk of \(name) lies outside of it")
      }
      volume &+= piece.tensor.shape.elementCount
    }
    guard volume == shape.elementCount else {
      throw DistributedMetadata.malformed("the chunks of \(name) leave gaps or overlap")
    }
    let ordered = pieces.filter { $0.tensor.shape.elementCount > 0 }
      .sorted { $0.origin.lexicographicallyPrecedes($1.origin) }
    let rest = shape.dimensions.dropFirst()
    if ordered.allSatisfy({ $0.tensor.shape.dimensions.dropFirst() == rest }) {
      try checkRows(ordered)
    } else {
      try checkBoxes(ordered)
    }
  }

  /// Boxes that are cut along the first axis only follow one another.
  private func checkRows(_ ordered: [PiecewiseTensor.Piece]) throws(Rejection) {
    var end = 0
    for piece in ordered {
      guard (piece.origin.first ?? 0) >= end else { throw overlap }
      end = piece.firstAxisEnd
    }
  }

  private func checkBoxes(_ ordered: [PiecewiseTensor.Piece]) throws(Rejection) {
    guard ordered.count <= Self.maximumBoxes else {
      throw DistributedMetadata.malformed(
        "\(name) is cut along several axes into \(ordered.count) chunks")
    }
    for (index, piece) in ordered.enumerated() {
      for other in ordered[(index + 1)...] {
        if (other.origin.first ?? 0) >= piece.firstAxisEnd { break }
        guard !piece.overlaps(other) else { throw overlap }
      }
    }
  }

  private var overlap: Rejection {
    DistributedMetadata.malformed("the chunks of \(name) overlap")
  }
}

extension PiecewiseTensor.Piece {
  /// Where the box ends on the first axis; a scalar is one row.
  var firstAxisEnd: Int { origin.isEmpty ? 1 : origin[0] + tensor.shape[0] }

  fileprivate func isInside(_ shape: Shape) -> Bool {
    let extents = tensor.shape.dimensions
    guard extents.count == shape.rank, origin.count == shape.rank else { return false }
    return origin.indices.allSatisfy {
      origin[$0] <= shape[$0] && extents[$0] <= shape[$0] - origin[$0]
    }
  }

  fileprivate func overlaps(_ other: Self) -> Bool {
    origin.indices.allSatisfy { axis in
      origin[axis] < other.origin[axis] + other.tensor.shape[axis]
        && other.origin[axis] < origin[axis] + tensor.shape[axis]
    }
  }
}
