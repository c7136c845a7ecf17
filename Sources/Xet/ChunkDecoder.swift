internal import Diagnostics

/// Gives the contents of stored chunks, in memory for one at a time.
struct ChunkDecoder: ~Copyable {
  private let lz4: LZ4FrameDecoder
  private var content = [UInt8](repeating: 0, count: ContentChunker.maximumByteCount)
  private var groups: [UInt8] = []

  init() throws(Rejection) { lz4 = try LZ4FrameDecoder() }

  /// Decodes a chunk of the xorb `bytes`, for `take` to see.
  mutating func decode(_ chunk: StoredChunk, of bytes: RawSpan) throws(Rejection) {
    let data = bytes.extracting(chunk.data)
    do throws(Rejection) {
      switch chunk.compression {
      case .none: break
      case .lz4: try lz4.decode(data, into: &content, byteCount: chunk.byteCount)
      case .groupedLZ4:
        if groups.isEmpty { groups = content }
        try lz4.decode(data, into: &groups, byteCount: chunk.byteCount)
        ByteGroups.ungroup(groups, byteCount: chunk.byteCount, into: &content)
      }
    } catch { throw error.inside(Place(offset: chunk.data.lowerBound)) }
  }

  /// Shows the content of the chunk that was decoded last.
  func withContent<Result, Failure: Error>(
    of chunk: StoredChunk, in bytes: RawSpan, _ take: (RawSpan) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    if chunk.compression == .none { return try take(bytes.extracting(chunk.data)) }
    return try take(content.rawBytes.extracting(..<chunk.byteCount))
  }
}
