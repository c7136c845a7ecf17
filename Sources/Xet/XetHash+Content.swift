internal import CKernels

extension XetHash {
  /// The hash of a chunk.
  public static func chunk(_ content: RawSpan) -> XetHash { digest(content, key: dataKey) }

  /// The hash by which a client shows that it knows a run of chunks: of their hashes, in a row.
  public static func range(of chunkHashes: some Sequence<XetHash>) -> XetHash {
    var text: [UInt8] = []
    for hash in chunkHashes { hash.append(to: &text) }
    return digest(text.rawBytes, key: verificationKey)
  }

  /// BLAKE3 of `content`, keyed.
  static func digest(_ content: RawSpan, key: [UInt8]) -> XetHash {
    var digest = [UInt8](repeating: 0, count: byteCount)
    // The kernel reads the content and the key and writes the digest; all outlive the call.
    unsafe content.withUnsafeBytes { content in
      unsafe birdie_blake3_digest(key, content.baseAddress, content.count, &digest)
    }
    return XetHash(of: digest.rawBytes, at: 0)
  }

  // The keys of the protocol, hub-docs docs/xet/hashing.md.
  private static let dataKey: [UInt8] = [
    102, 151, 245, 119, 91, 149, 80, 222, 49, 53, 203, 172, 165, 151, 24, 28, 157, 228, 33, 16, 155,
    235, 43, 88, 180, 208, 176, 75, 147, 173, 242, 41,
  ]
  private static let verificationKey: [UInt8] = [
    127, 24, 87, 214, 206, 86, 237, 102, 18, 127, 249, 19, 231, 165, 195, 243, 164, 205, 38, 213,
    181, 219, 73, 230, 65, 36, 152, 127, 40, 251, 148, 195,
  ]
}
