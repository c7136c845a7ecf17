internal import Crypto
public import Diagnostics

/// A file that is to be published: where it is, and what it will be called.
public struct LocalFile: Sendable {
  /// What is in it.
  public enum Content: Sendable {
    /// A file of the disk.
    case file(String)
    /// Bytes that were made for it.
    case bytes([UInt8])
  }

  /// The path in the repository.
  public let path: String
  /// What is in it.
  public let content: Content

  /// A file under a path.
  public init(path: String, _ content: Content) {
    self.path = path
    self.content = content
  }

  /// What the Hub wants to know of it before it is sent.
  struct Facts: Sendable {
    let byteCount: Int
    let sha256: String
    let gitSHA1: String
    let sample: [UInt8]
  }

  /// Reads it once. Throws W08 where it cannot be read.
  func facts() async throws(Rejection) -> Facts {
    switch content {
    case .bytes(let bytes):
      var (sha256, sha1) = (BlobDigest.sha256(SHA256()), BlobDigest.git(ofByteCount: bytes.count))
      bytes.withUnsafeBytes {
        sha256.update($0)
        sha1.update($0)
      }
      return Facts(
        byteCount: bytes.count, sha256: sha256.text, gitSHA1: sha1.text,
        sample: Array(bytes.prefix(512)))
    case .file(let path):
      return try await Self.facts(ofFile: path)
    }
  }

  private static func facts(ofFile path: String) async throws(Rejection) -> Facts {
    let file = try OpenFile(path)
    var reading = Reading(byteCount: file.byteCount)
    while reading.position < file.byteCount {
      try reading.readNext(of: file)
      // Gigabytes are read here, and others have work to do.
      await Task.yield()
    }
    return Facts(
      byteCount: file.byteCount, sha256: reading.sha256.text, gitSHA1: reading.sha1.text,
      sample: reading.sample)
  }

  /// A file whose digests are being computed.
  private struct Reading {
    let byteCount: Int
    var position = 0
    var sample: [UInt8] = []
    var sha256 = BlobDigest.sha256(SHA256())
    var sha1: BlobDigest

    init(byteCount: Int) {
      self.byteCount = byteCount
      sha1 = .git(ofByteCount: byteCount)
    }

    mutating func readNext(of file: OpenFile) throws(Rejection) {
      let bytes = try file.bytes(at: position, count: min(1 << 20, byteCount - position))
      if position == 0 { sample = Array(bytes.prefix(512)) }
      bytes.withUnsafeBytes {
        sha256.update($0)
        sha1.update($0)
      }
      position += bytes.count
    }
  }

  /// All of its bytes, for small files. Throws W08.
  public func bytes() throws(Rejection) -> [UInt8] {
    switch content {
    case .bytes(let bytes): return bytes
    case .file(let path):
      let file = try OpenFile(path)
      var all: [UInt8] = []
      while all.count < file.byteCount {
        all += try file.bytes(at: all.count, count: file.byteCount - all.count)
      }
      return all
    }
  }
}
