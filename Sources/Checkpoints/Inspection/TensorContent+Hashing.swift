internal import CKernels
public import Diagnostics

extension TensorContent {
  /// The SHA-256 of the decoded elements in row-major order, little-endian, in lower-case hex.
  ///
  /// Two tensors with the same elements hash alike whatever file, layout or encoding holds them;
  /// type and shape are not part of it.
  public func sha256() throws(Rejection) -> String {
    var hash = birdie_sha256()
    unsafe birdie_sha256_init(&hash)
    try forEachChunk { chunk throws(Rejection) in
      unsafe chunk.withUnsafeBytes { bytes in
        unsafe birdie_sha256_update(&hash, bytes.baseAddress, bytes.count)
      }
    }
    var digest = [UInt8](repeating: 0, count: 32)
    unsafe birdie_sha256_final(&hash, &digest)
    return hexadecimal(digest)
  }
}

/// Two lower-case digits per byte.
private func hexadecimal(_ bytes: [UInt8]) -> String {
  let digits = Array("0123456789abcdef".utf8)
  let text = bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }
  return String(decoding: text, as: UTF8.self)
}
