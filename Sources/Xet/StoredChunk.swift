internal import Diagnostics

/// A chunk as it lies in a xorb: a header of eight bytes, then its data.
struct StoredChunk {
  /// How the data of a chunk stands for its content.
  enum Compression: UInt8 {
    /// The content itself.
    case none = 0
    /// An LZ4 frame.
    case lz4 = 1
    /// An LZ4 frame of the content with every fourth byte together, as floats compress better.
    case groupedLZ4 = 2
  }

  static let headerByteCount = 8
  /// Data that its compression made more than twice as long as a chunk can be is never stored.
  static let maximumDataByteCount = 2 * ContentChunker.maximumByteCount

  let compression: Compression
  /// The length of the content.
  let byteCount: Int
  /// Where the data lies in the xorb.
  let data: Range<Int>

  /// The chunk at `offset`, whose data must be inside.
  init(of bytes: RawSpan, at offset: Int) throws(Rejection) {
    guard Self.headerByteCount <= bytes.byteCount - offset else {
      throw Rejection(
        XetRules.xorbLength, "\(bytes.byteCount - offset) bytes are no header of a chunk",
        at: Place(offset: offset))
    }
    let version = bytes.byte(at: offset)
    let scheme = bytes.byte(at: offset + 4)
    guard version == 0, let compression = Compression(rawValue: scheme) else {
      throw Rejection(
        XetRules.chunkKind, "version \(version), compression \(scheme)", at: Place(offset: offset))
    }
    let stored = bytes.uint24(at: offset + 1)
    let byteCount = bytes.uint24(at: offset + 5)
    let isPossible =
      (1...ContentChunker.maximumByteCount).contains(byteCount)
      && (compression == .none
        ? stored == byteCount : (1...Self.maximumDataByteCount).contains(stored))
    guard isPossible else {
      throw Rejection(
        XetRules.chunkLength, "\(stored) bytes stand for \(byteCount)", at: Place(offset: offset))
    }
    let start = offset + Self.headerByteCount
    guard stored <= bytes.byteCount - start else {
      throw Rejection(
        XetRules.xorbLength,
        "\(bytes.byteCount - start) of the \(stored) bytes of a chunk are here",
        at: Place(offset: start))
    }
    self.compression = compression
    self.byteCount = byteCount
    data = start..<(start + stored)
  }

  /// The header of a chunk.
  static func header(_ compression: Compression, stored: Int, byteCount: Int) -> [UInt8] {
    func number(_ count: Int) -> [UInt8] {
      [0, 8, 16].map { UInt8(truncatingIfNeeded: count >> $0) }
    }
    return [0] + number(stored) + [compression.rawValue] + number(byteCount)
  }
}
