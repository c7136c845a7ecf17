internal import CKernels
internal import TextCoding

/// BLAKE3 of bytes that come in parts (O'Connor et al. 2020).
package struct BLAKE3Digest {
  private var state = birdie_blake3()

  /// The digest of nothing so far.
  package init() { unsafe birdie_blake3_init(&state, nil) }

  /// Goes on with these bytes.
  package mutating func update(_ bytes: RawSpan) {
    unsafe bytes.withUnsafeBytes { bytes in
      unsafe birdie_blake3_update(&state, bytes.baseAddress, bytes.count)
    }
  }

  /// The digest in lower-case hexadecimal digits.
  package consuming func hexadecimal() -> String {
    var digest = [UInt8](repeating: 0, count: 32)
    unsafe birdie_blake3_final(&state, &digest)
    return Hexadecimal.text(digest)
  }
}
