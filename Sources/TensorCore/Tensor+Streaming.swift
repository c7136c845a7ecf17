public import Diagnostics

extension Tensor {
  /// The most bytes that `forEachChunk` hands out at once.
  public static let chunkByteCount = 1 << 22

  /// Gives the elements' bytes in row-major order, a bounded chunk at a time.
  ///
  /// Contiguous tensors are handed out as they are stored; scattered views are gathered into one
  /// buffer. Throws F04 where the file ends too early.
  public func forEachChunk(
    _ body: (RawSpan) throws(Rejection) -> Void
  ) throws(Rejection) {
    if let storage = contiguousStorage {
      try storage.forEachChunk(body)
    } else {
      try forEachGatheredChunk(body)
    }
  }

  private func forEachGatheredChunk(
    _ body: (RawSpan) throws(Rejection) -> Void
  ) throws(Rejection) {
    // Types that share bytes are contiguous by construction.
    guard let width = dtype.byteWidth else { return }
    var walk = RowWalk(layout)
    let capacity = min(Self.chunkByteCount / width, shape.elementCount)
    var buffer = [UInt8](repeating: 0, count: capacity * width)
    var filled = 0
    while let run = walk.next(atMost: capacity - filled) {
      buffer.withUnsafeMutableBytes { target in
        storage.bytes.withUnsafeBytes { source in
          gather(run, width, from: source, into: target, at: filled * width)
        }
      }
      filled += run.count
      if filled == capacity {
        try body(buffer.span.bytes.extracting(0..<(filled * width)))
        filled = 0
      }
    }
    if filled > 0 { try body(buffer.span.bytes.extracting(0..<(filled * width))) }
  }
}

/// Elements at a constant distance from one another: a piece of the innermost axis.
private struct ElementRun {
  /// The first element's position in the storage.
  let start: Int
  let count: Int
  let stride: Int
}

/// Walks a layout in row-major order, one run of the innermost axis at a time.
private struct RowWalk {
  private let layout: Layout
  /// The index of the row on every axis but the innermost.
  private var index: [Int]
  private var rowStart: Int
  private var column = 0
  private var isDone: Bool

  init(_ layout: Layout) {
    self.layout = layout
    index = [Int](repeating: 0, count: max(layout.shape.rank - 1, 0))
    rowStart = layout.offset
    isDone = layout.shape.elementCount == 0
  }

  /// The next run, cut to `limit` elements; nil at the end.
  mutating func next(atMost limit: Int) -> ElementRun? {
    guard !isDone else { return nil }
    let extent = layout.shape.dimensions.last ?? 1
    let step = layout.strides.last ?? 1
    let run = ElementRun(
      start: rowStart + column * step, count: min(limit, extent - column), stride: step)
    column += run.count
    if column == extent { advanceRow() }
    return run
  }

  private mutating func advanceRow() {
    column = 0
    for axis in index.indices.reversed() {
      index[axis] += 1
      rowStart += layout.strides[axis]
      if index[axis] < layout.shape[axis] { return }
      rowStart -= layout.strides[axis] * index[axis]
      index[axis] = 0
    }
    isDone = true
  }
}

/// Copies a run of elements of `width` bytes next to each other.
///
/// The run lies inside `source` because the tensor's layout was checked against its storage.
private func gather(
  _ run: ElementRun, _ width: Int, from source: UnsafeRawBufferPointer,
  into target: UnsafeMutableRawBufferPointer, at offset: Int
) {
  switch width {
  case 1: gather(run, UInt8.self, source, target, offset)
  case 2: gather(run, UInt16.self, source, target, offset)
  case 4: gather(run, UInt32.self, source, target, offset)
  case 8: gather(run, UInt64.self, source, target, offset)
  default: gather(run, UInt128.self, source, target, offset)
  }
}

@inline(__always)
private func gather<Word: BitwiseCopyable>(
  _ run: ElementRun, _: Word.Type, _ source: UnsafeRawBufferPointer,
  _ target: UnsafeMutableRawBufferPointer, _ offset: Int
) {
  let width = MemoryLayout<Word>.size
  var from = run.start * width
  for element in 0..<run.count {
    let word = source.loadUnaligned(fromByteOffset: from, as: Word.self)
    target.storeBytes(of: word, toByteOffset: offset + element * width, as: Word.self)
    from += run.stride * width
  }
}
