internal import Diagnostics
internal import Files
internal import Glibc

/// Files of a few bytes: tokens and references.
enum SmallFile {
  /// The text of a file of at most 64 KiB; nil where there is none.
  static func text(_ path: String) -> String? {
    guard let file = fopen(path, "re") else { return nil }
    defer { fclose(file) }
    var bytes = [UInt8](repeating: 0, count: 1 << 16)
    let count = fread(&bytes, 1, bytes.count, file)
    guard ferror(file) == 0 else { return nil }
    return String(validating: bytes[..<count], as: UTF8.self)
  }

  /// Puts a text in the place of a file, as a whole.
  static func write(_ text: String, to path: String) throws(Rejection) {
    let file = try WholeFile(path)
    try file.append(Array(text.utf8))
    try file.finish()
  }
}

/// What the system said when the cache could not be used.
enum CacheFailure {
  /// The error of the last system call.
  static func rejection(_ what: String, _ path: String) -> Rejection {
    Rejection(WeightHubRules.cache, "\(what): \(systemError())", at: Place(file: path))
  }

  /// Makes a folder and those above it.
  static func makeFolder(_ path: String) throws(Rejection) {
    var prefix = path.hasPrefix("/") ? "" : "."
    for part in path.split(separator: "/") {
      prefix += "/" + part
      guard mkdir(prefix, 0o755) == 0 || errno == EEXIST else {
        throw rejection("cannot make the folder", prefix)
      }
    }
  }
}
