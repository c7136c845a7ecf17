import Diagnostics
internal import Files
import TensorCore

/// Digests the files below one folder, and counts how far that is.
struct FileHashing {
  let folder: String
  let total: Int
  /// Told the bytes done and those in all.
  let progress: (Int, Int) -> Void
  private var done = 0

  init(folder: String, total: Int, progress: @escaping (Int, Int) -> Void) {
    self.folder = folder
    self.total = total
    self.progress = progress
  }

  /// Opens a file without following any link on the way; throws F01, and G10 for a link.
  func open(_ components: [String]) throws(Rejection) -> FileMapping {
    try FileMapping(
      below: folder, components: components, orRefuse: SignaturesRules.unsignable)
  }

  /// The SHA-256 of a range; throws F04 where the file changed since it was opened.
  mutating func digest(_ file: FileMapping, _ range: Range<Int>) throws(Rejection) -> [UInt8] {
    guard let part = Storage(file).slice(range) else {
      preconditionFailure("a range lies in its file")
    }
    var digest = SHA256Digest()
    try part.forEachChunk { chunk in
      digest.update(chunk)
      done += chunk.byteCount
      progress(done, total)
    }
    try file.requireUnchanged()
    return digest.bytes()
  }
}
