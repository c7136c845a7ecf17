internal import Diagnostics
internal import Files

/// A file that is there as a whole or not at all: it is written under a hidden name beside it.
final class WholeFile {
  private let path: String
  private let file: LockedFile
  private var byteCount = 0
  private var isFinished = false

  /// Begins a file. Throws W08.
  init(_ path: String) throws(Rejection) {
    self.path = path
    file = try LockedFile(OutputTarget.hiddenSibling(of: path, ending: "partial"), .wait)
    try file.clear()
  }

  /// Adds bytes at the end. Throws W08.
  func append(_ bytes: [UInt8]) throws(Rejection) {
    let failure = bytes.withUnsafeBytes { buffer -> Rejection? in
      do throws(Rejection) {
        try file.write(buffer, at: byteCount)
        return nil
      } catch { return error }
    }
    if let failure { throw failure }
    byteCount += bytes.count
  }

  /// Puts it in the place of what was there. Throws W08.
  func finish() throws(Rejection) {
    try file.finish(as: path)
    isFinished = true
  }

  deinit { if !isFinished { file.remove() } }
}
