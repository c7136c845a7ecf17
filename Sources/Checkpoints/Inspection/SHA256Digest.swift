internal import CKernels

/// SHA-256 of bytes that come in parts (FIPS 180-4).
struct SHA256Digest {
  private var state = birdie_sha256()

  init() { unsafe birdie_sha256_init(&state) }

  /// Goes on with these bytes.
  mutating func update(_ bytes: RawSpan) {
    unsafe bytes.withUnsafeBytes { bytes in
      unsafe birdie_sha256_update(&state, bytes.baseAddress, bytes.count)
    }
  }

  /// The digest in lower-case hexadecimal digits.
  consuming func hexadecimal() -> String {
    var digest = [UInt8](repeating: 0, count: 32)
    unsafe birdie_sha256_final(&state, &digest)
    let digits = Array("0123456789abcdef".utf8)
    let text = digest.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }
    return String(decoding: text, as: UTF8.self)
  }
}
