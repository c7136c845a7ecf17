import CZlib

/// The CRC-32 of zip, gzip and PNG, fed piece by piece.
public struct CRC32: Sendable {
  /// The checksum of everything fed so far; 0 before the first byte.
  public private(set) var value: UInt32 = 0

  /// The checksum of no bytes.
  public init() {}

  /// The checksum of `bytes`.
  public init(of bytes: RawSpan) { update(bytes) }

  /// Feeds the next piece.
  public mutating func update(_ bytes: RawSpan) {
    let seed = uLong(value)
    // zlib reads exactly `count` bytes and keeps no pointer.
    let updated = unsafe bytes.withUnsafeBytes { piece in
      // A null pointer would reset the checksum instead of leaving it.
      guard unsafe !piece.isEmpty else { return seed }
      return unsafe crc32_z(
        seed, piece.baseAddress?.assumingMemoryBound(to: UInt8.self), piece.count)
    }
    value = UInt32(truncatingIfNeeded: updated)
  }
}
