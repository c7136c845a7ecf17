internal import Diagnostics
internal import Glibc

/// A file that is being downloaded: it stays when the process ends, and the next one goes on from
/// its end.
///
/// Unchecked because calls hop between threads, but one waits for the other.
final class PartialFile: @unchecked Sendable {
  private let locked: LockedFile
  /// How many bytes there are.
  private(set) var byteCount = 0
  /// The digest of what there is.
  private var digest: BlobDigest
  private let file: RemoteFile

  /// Opens the file, or begins it. Throws W08, and W12 where another process downloads it now.
  init(_ path: String, of file: RemoteFile) throws(Rejection) {
    self.file = file
    digest = BlobDigest(of: file)
    locked = try LockedFile(path, .refuse)
  }

  /// The digest of what there is, in hexadecimal digits.
  var digestText: String { digest.text }

  /// Whether what there is is the file.
  var isWhole: Bool { byteCount == file.byteCount && digestText == file.entityTag }

  /// Takes over what an earlier process left; what is too long is nobody's.
  func takeOver() async throws(Rejection) {
    let end = locked.byteCount
    guard end <= file.byteCount else { return try clear() }
    while byteCount < end {
      try readNext(upTo: end)
      // Gigabytes are read here, and others have work to do.
      await Task.yield()
    }
  }

  private func readNext(upTo end: Int) throws(Rejection) {
    var buffer = [UInt8](repeating: 0, count: min(1 << 20, end - byteCount))
    let count = pread(locked.descriptor, &buffer, buffer.count, byteCount)
    if count < 0 && errno == EINTR { return }
    guard count > 0 else { throw CacheFailure.rejection("cannot read", locked.path) }
    buffer.withUnsafeBytes { digest.update(UnsafeRawBufferPointer(rebasing: $0[..<count])) }
    byteCount += count
  }

  /// Adds bytes at the end; throws W05 for more than the file has.
  func append(_ bytes: UnsafeRawBufferPointer) throws(Rejection) {
    guard byteCount + bytes.count <= file.byteCount else {
      throw Rejection(WeightHubRules.digest, "\(file.path) is longer than it should be")
    }
    try locked.write(bytes, at: byteCount)
    byteCount += bytes.count
    digest.update(bytes)
  }

  /// Forgets what there is.
  func clear() throws(Rejection) {
    try locked.clear()
    byteCount = 0
    digest = BlobDigest(of: file)
  }

  /// Gives the file its name, once it is on the disk.
  func finish(as name: String) throws(Rejection) { try locked.finish(as: name) }

  /// Removes the file: another process has finished it.
  func remove() { locked.remove() }
}
