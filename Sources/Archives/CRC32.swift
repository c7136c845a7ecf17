import CKernels

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
    let seed = value
    // The kernel reads exactly `count` bytes and keeps no pointer.
    value = unsafe bytes.withUnsafeBytes { piece in
      unsafe birdie_crc32(seed, piece.baseAddress, piece.count)
    }
  }
}
