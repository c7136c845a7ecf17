package import Diagnostics
internal import Glibc

/// A file of lines that grows while other work goes on, and tells after a kill how far that came.
package struct JournalFile: ~Copyable {
  private let path: String
  private let descriptor: Int32
  /// The whole lines that were there.
  package let lines: [String]

  /// A longer journal is nobody's.
  private static let mostBytes = 64 << 20

  /// Opens or creates a journal. Throws F06.
  package init(path: String) throws(Rejection) {
    self.path = path
    descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_APPEND, 0o666)
    var status = stat()
    guard descriptor >= 0, fstat(descriptor, &status) == 0,
      status.st_mode & S_IFMT == S_IFREG, status.st_size <= Self.mostBytes
    else {
      throw Rejection(
        FileRules.cannotCreate, "cannot keep a journal: \(systemError())", at: Place(file: path))
    }
    var bytes = [UInt8](repeating: 0, count: Int(status.st_size))
    let count = max(pread(descriptor, &bytes, bytes.count, 0), 0)
    let text = String(decoding: bytes.prefix(count), as: UTF8.self)
    // The last line may be half a one.
    lines = text.split(separator: "\n", omittingEmptySubsequences: false).dropLast().map(
      String.init)
  }

  deinit { close(descriptor) }

  /// Empties it and writes a first line. Throws F03.
  package mutating func restart(with line: String) throws(Rejection) {
    guard ftruncate(descriptor, 0) == 0 else {
      throw Rejection(FileRules.inputOutput, systemError(), at: Place(file: path))
    }
    try append(line)
  }

  /// Adds a line. Throws F03.
  package mutating func append(_ line: String) throws(Rejection) {
    var status = stat()
    fstat(descriptor, &status)
    let bytes = Array((line + "\n").utf8)
    try locating(Place(file: path)) { () throws(Rejection) in
      try writeAll(bytes.span.bytes, to: descriptor, at: Int(status.st_size))
    }
  }

  /// Removes the journal at a path.
  package static func remove(_ path: String) { unlink(path) }
}
