/// Makes a xorb of chunks, each stored in whichever way is shortest.
public struct XorbWriter: Sendable {
  private let limits: XorbLimits
  /// The xorb so far, as it is uploaded.
  public private(set) var bytes: [UInt8] = []
  /// What it holds so far.
  public var xorb: Xorb { Xorb(chunks: chunks) }
  private var chunks: [Xorb.Chunk] = []

  /// A writer of an empty xorb.
  public init(limits: XorbLimits = XorbLimits()) { self.limits = limits }

  /// Adds a chunk of 1 byte to 128 KiB; false where the xorb is full, which leaves it as it is.
  public mutating func append(_ content: RawSpan) -> Bool {
    precondition(
      (1...ContentChunker.maximumByteCount).contains(content.byteCount),
      "a chunk has 1 byte to 128 KiB")
    let (compression, data) = Self.shortest(content)
    let end = bytes.count + StoredChunk.headerByteCount + data.count
    guard chunks.count < limits.chunkCount, end <= limits.storedByteCount else { return false }
    chunks.append(
      Xorb.Chunk(
        hash: .chunk(content), byteCount: content.byteCount, storedRange: bytes.count..<end))
    bytes += StoredChunk.header(compression, stored: data.count, byteCount: content.byteCount)
    bytes += data
    return true
  }

  private static func shortest(_ content: RawSpan) -> (StoredChunk.Compression, [UInt8]) {
    let plain = lz4Frame(content)
    let grouped = lz4Frame(ByteGroups.grouped(content).rawBytes)
    let (compression, data) =
      plain.count <= grouped.count
      ? (StoredChunk.Compression.lz4, plain) : (.groupedLZ4, grouped)
    if data.count < content.byteCount { return (compression, data) }
    // The copy ends the pointer's life inside the closure.
    return (.none, unsafe content.withUnsafeBytes { unsafe Array($0) })
  }
}
