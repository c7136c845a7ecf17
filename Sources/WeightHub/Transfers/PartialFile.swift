internal import Diagnostics
internal import Glibc

/// A file that is being downloaded: it stays when the process ends, and the next one goes on from
/// its end.
///
/// Unchecked because calls hop between threads, but one waits for the other.
final class PartialFile: @unchecked Sendable {
  let path: String
  private let descriptor: Int32
  /// How many bytes there are.
  private(set) var byteCount = 0
  /// The digest of what there is.
  private var digest: BlobDigest
  private let file: RemoteFile

  /// Opens the file, or begins it. Throws W08, and W12 where another process downloads it now.
  init(_ path: String, of file: RemoteFile) throws(Rejection) {
    self.path = path
    self.file = file
    digest = BlobDigest(of: file)
    descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o644)
    guard descriptor >= 0 else { throw CacheFailure.rejection("cannot write", path) }
    guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
      throw Rejection(
        WeightHubRules.busy, "another process downloads it", at: Place(file: path))
    }
    try read(upTo: HubCache.byteCount(of: path) ?? 0)
  }

  /// The digest of what there is, in hexadecimal digits.
  var digestText: String { digest.text }

  /// Adds bytes at the end; throws W05 for more than the file has.
  func append(_ bytes: UnsafeRawBufferPointer) throws(Rejection) {
    guard byteCount + bytes.count <= file.byteCount else {
      throw Rejection(WeightHubRules.digest, "\(file.path) is longer than it should be")
    }
    var done = 0
    while done < bytes.count {
      let rest = UnsafeRawBufferPointer(rebasing: bytes[done...])
      let count = pwrite(descriptor, rest.baseAddress, rest.count, byteCount)
      if count < 0 && errno == EINTR { continue }
      guard count > 0 else { throw CacheFailure.rejection("cannot write", path) }
      done += count
      byteCount += count
    }
    digest.update(bytes)
  }

  /// Forgets what there is.
  func clear() throws(Rejection) {
    guard ftruncate(descriptor, 0) == 0 else { throw CacheFailure.rejection("cannot write", path) }
    byteCount = 0
    digest = BlobDigest(of: file)
  }

  /// Takes over what an earlier process left; what is too long is nobody's.
  private func read(upTo end: Int) throws(Rejection) {
    guard end <= file.byteCount else { return try clear() }
    var buffer = [UInt8](repeating: 0, count: 1 << 20)
    while byteCount < end {
      let count = pread(descriptor, &buffer, min(buffer.count, end - byteCount), byteCount)
      guard count > 0 else { throw CacheFailure.rejection("cannot read", path) }
      buffer.withUnsafeBytes { digest.update(UnsafeRawBufferPointer(rebasing: $0[..<count])) }
      byteCount += count
    }
  }

  /// Gives the file its name, once it is on the disk.
  func finish(as name: String) throws(Rejection) {
    guard fdatasync(descriptor) == 0, rename(path, name) == 0 else {
      throw CacheFailure.rejection("cannot finish", name)
    }
  }

  deinit { close(descriptor) }
}
