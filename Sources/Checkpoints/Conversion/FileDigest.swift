public import Diagnostics
public import Files
public import JSON
internal import TensorCore

/// Which file something was made of or belongs to: its name, its length and its SHA-256.
public struct FileDigest: Sendable, Equatable {
  /// The last part of the path.
  public let name: String
  /// The length in bytes.
  public let byteCount: Int
  /// The digest in hexadecimal digits.
  public let sha256: String

  /// Reads a file; throws F01 where that cannot be done.
  public init(path: String) throws(Rejection) {
    self.init(of: try FileMapping(path: path))
  }

  /// Reads a file that is open.
  public init(of file: FileMapping) {
    let path = file.path
    name = path.split(separator: "/").last.map(String.init) ?? path
    byteCount = file.bytes.byteCount
    var digest = SHA256Digest()
    digest.update(file.bytes)
    sha256 = digest.hexadecimal()
  }

  /// The file at a path, or the safetensors files of a folder in the order of their names; throws
  /// F01 where they cannot be read.
  public static func files(at path: String) throws(Rejection) -> [FileDigest] {
    guard let listing = try? FolderListing(path: path) else { return [try FileDigest(path: path)] }
    return try listing.ending(in: ".safetensors").map { (name) throws(Rejection) in
      try FileDigest(path: "\(path)/\(name)")
    }
  }

  /// What JSON says; nil where it is no digest.
  init?(_ json: JSONValue) {
    guard let name = json["file"]?.string, let byteCount = json["bytes"]?.integer,
      let sha256 = json["sha256"]?.string, sha256.utf8.count == 64
    else { return nil }
    (self.name, self.byteCount, self.sha256) = (name, byteCount, sha256)
  }

  /// As JSON: `file`, `bytes`, `sha256`.
  public var json: JSONValue {
    .object([
      ("file", .string(name)), ("bytes", .integer(byteCount)), ("sha256", .string(sha256)),
    ])
  }
}
