/// The numbers that shards are made of: everything lies in entries of 48 bytes.
enum ShardLayout {
  static let entryByteCount = 48
  /// What every shard begins with.
  static let tag: [UInt8] =
    Array("HFRepoMetaData".utf8) + [
      0, 0x55, 0x69, 0x67, 0x45, 0x6A, 0x7B, 0x81, 0x57, 0x83, 0xA5, 0xBD, 0xD9, 0x5C, 0xCD, 0xD1,
      0x4A, 0xA9,
    ]
  static let version: UInt64 = 2
  static let footerVersion: UInt64 = 1
  static let footerByteCount = 200
  /// Where the footer has the key that chunk hashes were hidden with.
  static let footerKeyOffset = 72
  /// Whether the hash of each segment's chunks follows the segments.
  static let verificationFlag: UInt32 = 1 << 31
  /// Whether the SHA-256 follows them.
  static let sha256Flag: UInt32 = 1 << 30
  /// Whether others may find a chunk, whatever its hash is.
  static let offeredFlag: UInt32 = 1 << 31
  /// What stands for the end of a section instead of a hash.
  static let end = XetHash(words: HashWords(repeating: .max))
}
