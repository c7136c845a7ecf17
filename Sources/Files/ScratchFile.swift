public import Diagnostics
internal import Glibc

/// A temporary file that no folder lists: room for decoded bytes that memory should not hold.
///
/// The system frees it when the last reference goes, also when the process is killed.
public struct ScratchFile: ~Copyable {
  private let descriptor: Int32
  /// The bytes written so far.
  public private(set) var byteCount = 0

  /// The folder for what nobody keeps: `TMPDIR`, else `/tmp`.
  package static var folder: String {
    let named = getenv("TMPDIR").map { String(cString: $0) } ?? ""
    return named.isEmpty ? "/tmp" : named
  }

  /// Opens an empty scratch file in the folder for them.
  public init() throws(Rejection) {
    let folder = Self.folder
    var template = Array("\(folder)/birdie-XXXXXX".utf8CString)
    descriptor = mkstemp(&template)
    guard descriptor >= 0 else {
      throw Rejection(
        FileRules.inputOutput, "cannot create a temporary file: \(systemError())",
        at: Place(file: folder))
    }
    unlink(template)
    _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
  }

  deinit { close(descriptor) }

  /// Writes `bytes` at the end.
  public mutating func append(_ bytes: RawSpan) throws(Rejection) {
    try writeAll(bytes, to: descriptor, at: byteCount)
    byteCount += bytes.byteCount
  }

  /// The written bytes, mapped; nothing can be appended afterwards.
  package consuming func mapping() throws(Rejection) -> FileMapping {
    let copy = fcntl(descriptor, F_DUPFD_CLOEXEC, 0)
    guard copy >= 0 else { throw Rejection(FileRules.inputOutput, systemError()) }
    return try FileMapping(scratch: copy)
  }
}

/// Writes all of `bytes` to an open file at `offset`, retrying short and interrupted writes.
package func writeAll(
  _ bytes: RawSpan, to descriptor: Int32, at offset: Int
) throws(Rejection) {
  var written = 0
  while written < bytes.byteCount {
    let result = bytes.withUnsafeBytes { raw in
      pwrite(
        descriptor, raw.baseAddress.map { $0 + written }, raw.count - written,
        off_t(offset + written))
    }
    if result < 0 && errno == EINTR { continue }
    guard result > 0 else {
      throw Rejection(FileRules.inputOutput, "cannot write: \(systemError())")
    }
    written += result
  }
}
