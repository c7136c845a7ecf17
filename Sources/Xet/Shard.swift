/// What an upload says about its files: which chunks of which xorbs they are made of.
public struct Shard: Sendable, Hashable {
  /// A run of chunks of one xorb that is a part of a file.
  public struct Segment: Sendable, Hashable {
    /// The xorb.
    public var xorb: XetHash
    /// The length of the chunks' contents together.
    public var byteCount: Int
    /// Which chunks of the xorb.
    public var chunks: Range<Int>
    /// `XetHash.range(of:)` of the chunks' hashes, if the client showed that it knows them.
    public var verification: XetHash?

    /// Describes a run of at least one chunk.
    public init(
      xorb: XetHash, byteCount: Int, chunks: Range<Int>, verification: XetHash? = nil
    ) {
      (self.xorb, self.byteCount) = (xorb, byteCount)
      (self.chunks, self.verification) = (chunks, verification)
    }
  }

  /// A file.
  public struct File: Sendable, Hashable {
    /// What names it: `XetHash.file(ofChunks:)` of all its chunks.
    public var hash: XetHash
    /// Its parts, in order.
    public var segments: [Segment]
    /// The SHA-256 of its content, 32 bytes in their usual order, if the client says it.
    public var sha256: [UInt8]?

    /// Describes a file.
    public init(hash: XetHash, segments: [Segment], sha256: [UInt8]? = nil) {
      (self.hash, self.segments, self.sha256) = (hash, segments, sha256)
    }

    /// Its length.
    public var byteCount: Int { segments.reduce(0) { $0 + $1.byteCount } }
  }

  /// A chunk of a xorb that the shard lists.
  public struct ListedChunk: Sendable, Hashable {
    /// What names it.
    public var hash: XetHash
    /// Where its content begins among those of the xorb's chunks.
    public var offset: Int
    /// The length of its content.
    public var byteCount: Int
    /// Whether the client wants it to be found by others, whatever its hash is.
    public var isOffered: Bool

    /// Describes a chunk.
    public init(hash: XetHash, offset: Int, byteCount: Int, isOffered: Bool = false) {
      (self.hash, self.offset) = (hash, offset)
      (self.byteCount, self.isOffered) = (byteCount, isOffered)
    }
  }

  /// A xorb that is new with the shard.
  public struct ListedXorb: Sendable, Hashable {
    /// What names it.
    public var hash: XetHash
    /// Its chunks, in order.
    public var chunks: [ListedChunk]
    /// Its length as it was uploaded.
    public var storedByteCount: Int

    /// Describes a xorb.
    public init(hash: XetHash, chunks: [ListedChunk], storedByteCount: Int) {
      (self.hash, self.chunks, self.storedByteCount) = (hash, chunks, storedByteCount)
    }

    /// The length of its chunks' contents together.
    public var byteCount: Int { chunks.reduce(0) { $0 + $1.byteCount } }
  }

  /// The files, in order.
  public var files: [File]
  /// The xorbs that came with them, in order.
  public var xorbs: [ListedXorb]

  /// A shard of files and of the xorbs that are new with them.
  public init(files: [File], xorbs: [ListedXorb]) {
    (self.files, self.xorbs) = (files, xorbs)
  }
}
