public import Diagnostics
public import Files

extension OutputFile {
  /// The unit in which file systems keep and share bytes.
  private static var pageByteCount: Int { 4096 }

  /// Appends stored bytes.
  ///
  /// What lies in a file is copied by the kernel, or shared where the file system can, as long as
  /// both places are alike within a page. Where they are not, the kernel would fill every page in
  /// two steps: a buffer that the processor's cache holds is faster then.
  public mutating func append(_ storage: Storage) throws(Rejection) {
    var done = 0
    if let file = storage.file, (storage.start - byteCount) % Self.pageByteCount == 0 {
      done = try copy(from: file, at: storage.start, count: storage.byteCount)
    }
    try storage.forEachChunk(from: done, endingAtMultiplesFrom: byteCount) {
      chunk throws(Rejection) in try append(chunk)
    }
  }
}
