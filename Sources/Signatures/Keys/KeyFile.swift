import Diagnostics
internal import Files
import Glibc
import TensorCore

/// The content of a small file, read whole.
enum KeyFile {
  /// Far more than any key or chain of certificates takes.
  static let maximumByteCount = 1 << 16

  /// Reads a file; throws F01, or `rule` where it is longer than `maximum`.
  static func read(
    _ path: String, atMost maximum: Int, orRefuse rule: Rule
  ) throws(Rejection) -> (bytes: [UInt8], file: FileMapping) {
    let file = try FileMapping(path: path)
    guard file.byteCount <= maximum else {
      throw Rejection(
        rule, "\(file.byteCount) bytes are more than \(maximum)", at: Place(file: path))
    }
    var bytes: [UInt8] = []
    try Storage(file).forEachChunk { chunk in bytes += chunk.copied() }
    return (bytes, file)
  }

  /// Whether others than the owner may read an open file.
  static func isExposed(_ descriptor: Int32) -> Bool {
    var status = stat()
    return unsafe fstat(descriptor, &status) == 0 && status.st_mode & 0o077 != 0
  }
}
