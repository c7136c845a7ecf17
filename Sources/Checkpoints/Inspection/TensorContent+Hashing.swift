public import Diagnostics
internal import TensorCore

extension TensorContent {
  /// The SHA-256 of the decoded elements in row-major order, little-endian, in lower-case hex.
  ///
  /// Two tensors with the same elements hash alike whatever file, layout or encoding holds them;
  /// type and shape are not part of it.
  public func sha256() throws(Rejection) -> String {
    var digest = SHA256Digest()
    try forEachChunk { chunk throws(Rejection) in digest.update(chunk) }
    return digest.hexadecimal()
  }
}
