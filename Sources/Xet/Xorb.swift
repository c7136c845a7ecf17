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

  /// Decodes the chunks of a xorb one at a time, hashes each, and gives it to `take` with its hash;
  /// the span lives as long as the call.
  ///
  /// A footer may follow them; its hash must be theirs, which is known when the last was given.
  /// Throws what `take` throws, and X-rules where the bytes are no xorb.
  public init(
    parsing bytes: RawSpan, limits: XorbLimits = XorbLimits(),
    _ take: (RawSpan, XetHash) throws(Rejection) -> Void = { _, _ in }
  ) throws(Rejection) {
    var cursor = try ChunkCursor(bytes, limits: limits)
    var decoder = try ChunkDecoder()
    var chunks: [Chunk] = []
    while let chunk = try cursor.next(in: bytes) {
      try decoder.decode(chunk, of: bytes)
      let hash = try decoder.withContent(of: chunk, in: bytes) { (content) throws(Rejection) in
        let hash = XetHash.chunk(content)
        try take(content, hash)
        return hash
      }
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
}
