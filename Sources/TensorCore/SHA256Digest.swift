internal import CKernels
internal import TextCoding

/// SHA-256 of bytes that come in parts (FIPS 180-4).
package struct SHA256Digest {
  /// The length of a digest in bytes.
  package static let byteCount = 32

  private var state = birdie_sha256()

  /// The digest of nothing so far.
  package init() { unsafe birdie_sha256_init(&state) }

  /// Goes on with these bytes.
  package mutating func update(_ bytes: RawSpan) {
    unsafe bytes.withUnsafeBytes { bytes in
      unsafe birdie_sha256_update(&state, bytes.baseAddress, bytes.count)
    }
  }

  /// The digest itself.
  package consuming func bytes() -> [UInt8] {
    var digest = [UInt8](repeating: 0, count: Self.byteCount)
    unsafe birdie_sha256_final(&state, &digest)
    return digest
  }

  /// The digest in lower-case hexadecimal digits.
  package consuming func hexadecimal() -> String { Hexadecimal.text(bytes()) }
}
