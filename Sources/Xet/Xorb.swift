public import Diagnostics

/// What a xorb holds: chunks one behind the other, the unit in which clients upload and fetch.
public struct Xorb: Sendable {
  /// A chunk of a xorb.
  public struct Chunk: Sendable, Hashable {
    /// What names it.
    public let hash: XetHash
    /// The length of its content.
    public let byteCount: Int
    /// Where it lies in the xorb, its header included. A run of chunks is a xorb too.
    public let storedRange: Range<Int>
  }

  /// The chunks, in order.
  public let chunks: [Chunk]

  /// Decodes the chunks of a xorb one at a time and hashes each.
  ///
  /// A footer may follow them; its hash must be theirs.
  public init(
    parsing bytes: RawSpan, limits: XorbLimits = XorbLimits()
  ) throws(Rejection) {
    var cursor = try ChunkCursor(bytes, limits: limits)
    var decoder = try ChunkDecoder()
    var chunks: [Chunk] = []
    while let chunk = try cursor.next(in: bytes) {
      try decoder.decode(chunk, of: bytes)
      let hash = decoder.withContent(of: chunk, in: bytes) { XetHash.chunk($0) }
      let start = chunk.data.lowerBound - StoredChunk.headerByteCount
      chunks.append(
        Chunk(
          hash: hash, byteCount: chunk.byteCount, storedRange: start..<chunk.data.upperBound))
    }
    self.init(chunks: chunks)
    try XorbFooter.check(bytes.extracting(cursor.position...), of: self)
  }

  init(chunks: [Chunk]) { self.chunks = chunks }

  /// What names the xorb: the root of the tree over its chunks.
  public var hash: XetHash { XetHash.root(of: chunks.map { ($0.hash, $0.byteCount) }) }

  /// The length of the chunks' contents together.
  public var byteCount: Int { chunks.reduce(0) { $0 + $1.byteCount } }

  /// Gives the content of each chunk in turn, without hashing; the span lives as long as the call.
  ///
  /// Throws what `take` throws, and a `Rejection` where the bytes are no xorb.
  public static func forEachChunk(
    of bytes: RawSpan, limits: XorbLimits = XorbLimits(), _ take: (RawSpan) throws -> Void
  ) throws {
    var cursor = try ChunkCursor(bytes, limits: limits)
    var decoder = try ChunkDecoder()
    while let chunk = try cursor.next(in: bytes) {
      try decoder.decode(chunk, of: bytes)
      try decoder.withContent(of: chunk, in: bytes, take)
    }
  }
}
