internal import Diagnostics
internal import Files
internal import TensorCore

/// Streams two tensors of one shape side by side.
///
/// Content hands its bytes out, it cannot be asked for them; so one side has to lie in a storage
/// that is addressed at random. If neither does, the right one is decoded into a scratch file.
struct TensorPairing {
  private let left: TensorContent
  private let right: TensorContent

  /// Pairs two tensors of one shape whose elements are whole bytes.
  init(_ left: TensorContent, _ right: TensorContent) {
    self.left = left
    self.right = right
  }

  /// Gives the bytes of the same elements of both sides, a block at a time.
  func forEachBlock(
    _ body: (_ left: RawSpan, _ right: RawSpan) throws(Rejection) -> Void
  ) throws(Rejection) {
    let (leftWidth, rightWidth) = (left.dtype.byteWidth ?? 1, right.dtype.byteWidth ?? 1)
    if right.contiguousStorage == nil, let storage = left.contiguousStorage {
      try Self.walk(right, rightWidth, beside: storage, leftWidth) {
        (a: RawSpan, b: RawSpan) throws(Rejection) in
        try body(b, a)
      }
    } else {
      let storage = try right.addressableStorage()
      try Self.walk(left, leftWidth, beside: storage, rightWidth, body)
    }
  }

  private static func walk(
    _ content: TensorContent, _ width: Int, beside storage: Storage, _ otherWidth: Int,
    _ body: (RawSpan, RawSpan) throws(Rejection) -> Void
  ) throws(Rejection) {
    let blockElements = ElementReader.blockByteCount / max(width, otherWidth)
    var position = 0
    try content.forEachChunk { chunk throws(Rejection) in
      let count = chunk.byteCount / width
      let first = position
      for start in stride(from: 0, to: count, by: blockElements) {
        let end = min(start + blockElements, count)
        let range = ((first + start) * otherWidth)..<((first + end) * otherWidth)
        guard let beside = storage.slice(range) else { return }
        try body(chunk.extracting((start * width)..<(end * width)), beside.bytes)
      }
      position = first + count
      storage.forget((first * otherWidth)..<(position * otherWidth))
    }
  }
}

extension TensorContent {
  /// The decoded bytes, where they lie or else in a scratch file.
  fileprivate func addressableStorage() throws(Rejection) -> Storage {
    if let contiguousStorage { return contiguousStorage }
    var scratch = try ScratchFile()
    try forEachChunk { chunk throws(Rejection) in try scratch.append(chunk) }
    return try scratch.finish()
  }
}
