internal import Diagnostics

/// Goes from chunk to chunk of a xorb, up to its end or to its footer.
struct ChunkCursor {
  /// The first bytes of a footer, which are no header of a chunk: their version would be 88.
  static let footerTag = Array("XETBLOB".utf8)

  private let limits: XorbLimits
  private(set) var position = 0
  private var count = 0

  /// A cursor before the first chunk.
  init(_ bytes: RawSpan, limits: XorbLimits) throws(Rejection) {
    self.limits = limits
    guard bytes.byteCount <= limits.storedByteCount else {
      throw Rejection(
        XetRules.xorbSize, "\(bytes.byteCount) bytes, limit \(limits.storedByteCount)")
    }
  }

  /// The next chunk; nil after the last.
  mutating func next(in bytes: RawSpan) throws(Rejection) -> StoredChunk? {
    if position == bytes.byteCount || bytes.hasBytes(Self.footerTag, at: position) {
      guard count > 0 else { throw Rejection(XetRules.xorbLength, "no chunk at all") }
      return nil
    }
    guard count < limits.chunkCount else {
      throw Rejection(
        XetRules.xorbSize, "more than \(limits.chunkCount) chunks", at: Place(offset: position))
    }
    let chunk = try StoredChunk(of: bytes, at: position)
    position = chunk.data.upperBound
    count += 1
    return chunk
  }
}
