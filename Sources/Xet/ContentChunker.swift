internal import CKernels

/// Where a stream of bytes is cut into chunks: after bytes whose last 64 have a rare hash.
///
/// The cuts depend on the bytes alone, so that two files with a part in common have chunks in
/// common. They are the cuts that Xet's clients make, and do not depend on how the stream comes in.
public struct ContentChunker: Sendable {
  /// The fewest bytes of a chunk, but for the last of a stream.
  public static let minimumByteCount = 8 << 10
  /// The most bytes of a chunk.
  public static let maximumByteCount = 128 << 10

  /// How many bytes at the start of a chunk are not hashed: at the first cut that is allowed, the
  /// hash has seen 65 bytes, and the first of them has left it.
  private static let unhashedByteCount = minimumByteCount - 65

  private var hash: UInt64 = 0
  /// The bytes of the chunk that is being collected. The last chunk ends where the stream does.
  public private(set) var collectedByteCount = 0

  /// A chunker at the start of a stream.
  public init() {}

  /// How many bytes of the span are left in the chunk that is being collected, up to and including
  /// its last one; nil where it goes on after all of the span.
  ///
  /// Give the rest of the span in the next call.
  public mutating func nextBoundary(in bytes: RawSpan) -> Int? {
    let end = min(bytes.byteCount, Self.maximumByteCount - collectedByteCount)
    var position = min(max(0, Self.unhashedByteCount - collectedByteCount), end)
    while let match = nextMatch(in: bytes.extracting(position..<end)) {
      position += match
      if collectedByteCount + position >= Self.minimumByteCount { return cut(after: position) }
    }
    if collectedByteCount + end == Self.maximumByteCount { return cut(after: end) }
    collectedByteCount += end
    return nil
  }

  private mutating func nextMatch(in bytes: RawSpan) -> Int? {
    // The kernel reads the span, which outlives the call.
    let taken = unsafe bytes.withUnsafeBytes { bytes in
      unsafe birdie_gear_match(&hash, bytes.bindMemory(to: UInt8.self).baseAddress, bytes.count)
    }
    return taken == 0 ? nil : taken
  }

  private mutating func cut(after byteCount: Int) -> Int {
    (hash, collectedByteCount) = (0, 0)
    return byteCount
  }
}
