internal import Diagnostics
internal import TensorCore

extension PiecewiseTensor {
  /// Gives the whole tensor's bytes in row-major order, put together from the boxes.
  ///
  /// Boxes that are cut along the first axis only are handed out one after another; any other
  /// cut is composed one index of the first axis at a time.
  func forEachChunk(_ body: (RawSpan) throws(Rejection) -> Void) throws(Rejection) {
    let ordered = pieces.filter { $0.tensor.shape.elementCount > 0 }
      .sorted { $0.origin.lexicographicallyPrecedes($1.origin) }
    let isCutByRows = ordered.allSatisfy {
      $0.tensor.shape.dimensions.dropFirst() == shape.dimensions.dropFirst()
    }
    if isCutByRows {
      for piece in ordered { try piece.tensor.forEachChunk(body) }
    } else {
      try forEachComposedRow(of: ordered, body)
    }
  }

  private func forEachComposedRow(
    of ordered: [Piece], _ body: (RawSpan) throws(Rejection) -> Void
  ) throws(Rejection) {
    guard let width = dtype.byteWidth else {
      throw Rejection(
        TorchRules.notRepresentable,
        "elements of \(dtype.rawValue) share bytes, and the chunks are cut along the last axis")
    }
    guard let rows = shape.dimensions.first, rows > 0 else { return }
    var buffer = [UInt8](repeating: 0, count: shape.elementCount / rows * width)
    var waiting = ordered[...]
    var active: [Piece] = []
    for row in 0..<rows {
      active.removeAll { $0.firstAxisEnd <= row }
      while let next = waiting.first, next.origin[0] <= row {
        active.append(next)
        waiting.removeFirst()
      }
      for piece in active {
        guard let slab = piece.slab(at: row) else { continue }
        try copy(slab, at: Array(piece.origin.dropFirst()), width, into: &buffer)
      }
      try body(unsafe buffer.span.bytes)
    }
  }

  /// Copies a box into the buffer of one row of the whole, a run of the innermost axis at a time.
  private func copy(
    _ box: Tensor, at origin: [Int], _ width: Int, into buffer: inout [UInt8]
  ) throws(Rejection) {
    var source: [UInt8] = []
    source.reserveCapacity(box.byteCount)
    try box.forEachChunk { chunk throws(Rejection) in
      source += chunk.copied()
    }
    let row = Shape(Array(shape.dimensions.dropFirst())) ?? .scalar
    let runBytes = (box.shape.dimensions.last ?? 1) * width
    for run in 0..<(source.count / runBytes) {
      let target = position(ofRun: run, of: box.shape, at: origin, in: row) * width
      let bytes = source[(run * runBytes)..<((run + 1) * runBytes)]
      buffer.replaceSubrange(target..<(target + runBytes), with: bytes)
    }
  }

  /// Where the `run`-th innermost row of a box begins in the row of the whole, in elements.
  private func position(ofRun run: Int, of box: Shape, at origin: [Int], in row: Shape) -> Int {
    let strides = row.contiguousStrides
    var remaining = run
    var position = (origin.last ?? 0)
    for axis in box.dimensions.indices.dropLast().reversed() {
      position += (origin[axis] + remaining % box[axis]) * strides[axis]
      remaining /= box[axis]
    }
    return position
  }
}

extension PiecewiseTensor.Piece {
  /// The part of the box at one index of the whole's first axis; nil where it does not reach.
  fileprivate func slab(at row: Int) -> Tensor? {
    let local = row - origin[0]
    guard local >= 0, local < tensor.shape[0],
      let inner = Shape(Array(tensor.shape.dimensions.dropFirst())),
      let layout = Layout(
        shape: inner, strides: Array(tensor.layout.strides.dropFirst()),
        offset: tensor.layout.offset + local * tensor.layout.strides[0])
    else { return nil }
    return Tensor(dtype: tensor.dtype, layout: layout, storage: tensor.storage)
  }
}
