internal import Checkpoints
public import Diagnostics
internal import JSON
public import RecordFormats

/// A file in a manifest or an index: enough to know whether another one is the same.
public struct ManifestFile: Sendable, Equatable {
  /// Where it lies.
  public let path: RecordPath
  /// Its length.
  public let byteCount: Int
  /// Its SHA-256 in lower-case hexadecimal digits.
  public let sha256: String
  /// What it is for.
  public let role: FileRole

  /// Reads a file of a record; throws F01 and I06 where it is no longer there.
  public init(_ file: RecordFile, in folder: RecordFolder) throws(Rejection) {
    let digest = FileDigest(of: try folder.open(file.path))
    (path, byteCount, sha256, role) = (file.path, digest.byteCount, digest.sha256, file.role)
  }

  /// Reads an entry. A role that this version does not know is `other`.
  init(_ reader: RecordReader) throws(Rejection) {
    path = try reader.path(.path)
    byteCount = try reader.count(.bytes)
    sha256 = try reader.digest(.sha256)
    role = FileRole(rawValue: try reader.text(.role)) ?? .other
  }

  /// Reads a list of entries, no two of them at one path.
  static func list(_ key: RecordKey, of reader: RecordReader) throws(Rejection) -> [ManifestFile] {
    var files: [ManifestFile] = []
    var paths = DistinctPaths()
    for entry in try reader.objects(key) {
      let file = try ManifestFile(entry)
      try paths.insert(file.path, or: reader.rule)
      files.append(file)
    }
    try paths.finish(or: reader.rule)
    return files.sorted { $0.path < $1.path }
  }

  /// As JSON: `path`, `bytes`, `sha256`, `role`.
  var json: JSONValue {
    .record([
      (.path, .string(path.description)), (.bytes, .integer(byteCount)),
      (.sha256, .string(sha256)), (.role, .string(role.rawValue)),
    ])
  }
}
