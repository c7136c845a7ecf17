internal import Crypto
internal import TextCoding

/// What a transfer is verified by, computed while the bytes go through.
enum BlobDigest {
  case sha256(SHA256)
  case git(Insecure.SHA1)

  /// The digest that a file's entity tag is one of: SHA-256 of a large file, git's SHA-1 of others.
  init(of file: RemoteFile) {
    self = file.entityTag.utf8.count == 64 ? .sha256(SHA256()) : .git(ofByteCount: file.byteCount)
  }

  /// Git's digest of a blob of so many bytes.
  static func git(ofByteCount byteCount: Int) -> BlobDigest {
    var sha1 = Insecure.SHA1()
    sha1.update(data: Array("blob \(byteCount)\0".utf8))
    return .git(sha1)
  }

  /// Adds bytes.
  mutating func update(_ bytes: UnsafeRawBufferPointer) {
    switch self {
    case .sha256(var sha256):
      sha256.update(bufferPointer: bytes)
      self = .sha256(sha256)
    case .git(var sha1):
      sha1.update(bufferPointer: bytes)
      self = .git(sha1)
    }
  }

  /// The digest in hexadecimal digits.
  var text: String {
    switch self {
    case .sha256(let sha256): Hexadecimal.text(sha256.finalize())
    case .git(let sha1): Hexadecimal.text(sha1.finalize())
    }
  }
}
