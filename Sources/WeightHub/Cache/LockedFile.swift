internal import Diagnostics
internal import Glibc

/// A file that only one process writes at a time.
final class LockedFile: Sendable {
  /// What is done where another process has it.
  enum Contention {
    case wait
    /// Throws W12.
    case refuse
  }

  let path: String
  let descriptor: Int32

  /// Opens the file, or begins it. Throws W08 and W12.
  init(_ path: String, _ contention: Contention) throws(Rejection) {
    self.path = path
    descriptor = try Self.opened(path, contention)
  }

  private static func opened(
    _ path: String, _ contention: Contention
  ) throws(Rejection) -> Int32 {
    while true {
      let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o666)
      guard descriptor >= 0 else { throw CacheFailure.rejection("cannot write", path) }
      do throws(Rejection) {
        try lock(descriptor, path, contention)
      } catch {
        close(descriptor)
        throw error
      }
      if isStill(descriptor, at: path) { return descriptor }
      // Whoever had the lock has renamed or removed the file meanwhile: this is another one now.
      close(descriptor)
    }
  }

  private static func lock(
    _ descriptor: Int32, _ path: String, _ contention: Contention
  ) throws(Rejection) {
    let operation = contention == .wait ? LOCK_EX : LOCK_EX | LOCK_NB
    while flock(descriptor, operation) != 0 {
      switch errno {
      case EINTR: continue
      case EWOULDBLOCK:
        throw Rejection(
          WeightHubRules.busy, "another process downloads it", at: Place(file: path))
      default: throw CacheFailure.rejection("cannot lock", path)
      }
    }
  }

  private static func isStill(_ descriptor: Int32, at path: String) -> Bool {
    var (ours, named) = (stat(), stat())
    return fstat(descriptor, &ours) == 0 && lstat(path, &named) == 0
      && ours.st_ino == named.st_ino && ours.st_dev == named.st_dev
  }

  /// Its length.
  var byteCount: Int {
    var status = stat()
    return fstat(descriptor, &status) == 0 ? Int(status.st_size) : 0
  }

  /// Forgets what is in it. Throws W08.
  func clear() throws(Rejection) {
    guard ftruncate(descriptor, 0) == 0 else { throw CacheFailure.rejection("cannot write", path) }
  }

  /// Writes bytes at a place. Throws W08.
  func write(_ bytes: UnsafeRawBufferPointer, at position: Int) throws(Rejection) {
    var done = 0
    while done < bytes.count {
      let rest = UnsafeRawBufferPointer(rebasing: bytes[done...])
      let count = pwrite(descriptor, rest.baseAddress, rest.count, position + done)
      if count < 0 && errno == EINTR { continue }
      guard count > 0 else { throw CacheFailure.rejection("cannot write", path) }
      done += count
    }
  }

  /// Gives the file its name, once it is on the disk. Throws W08.
  func finish(as name: String) throws(Rejection) {
    guard fdatasync(descriptor) == 0, rename(path, name) == 0, Self.syncFolder(of: name) else {
      throw CacheFailure.rejection("cannot finish", name)
    }
  }

  /// Removes the file; whoever waits for it begins another one.
  func remove() { unlink(path) }

  /// A name is on the disk once its folder is. Some file systems cannot be told to.
  private static func syncFolder(of path: String) -> Bool {
    let parent = path.lastIndex(of: "/").map { String(path[...$0]) } ?? "."
    let folder = open(parent, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard folder >= 0 else { return errno == EACCES }
    defer { close(folder) }
    return fsync(folder) == 0 || errno == EINVAL
  }

  deinit { close(descriptor) }
}
