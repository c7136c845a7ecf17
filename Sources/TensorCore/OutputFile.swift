internal import CSystem
public import Diagnostics
internal import Glibc

/// A file that appears under its name only when it is whole.
///
/// Bytes go to a hidden sibling, `.NAME.partial`, which is synced and renamed by `commit`. A run
/// that is killed leaves that sibling and nothing under the final name; the next run takes it over
/// and says so. Without `commit` the sibling is removed.
public struct OutputFile: ~Copyable {
  /// The name the file gets in the end.
  public let path: String
  /// Whether an earlier run was interrupted while writing this file.
  public let followsInterruption: Bool
  /// The bytes written so far.
  public private(set) var byteCount = 0
  private let partialPath: String
  private let descriptor: Int32
  private var isCommitted = false

  /// Starts a file; throws F02 if the name is taken and `overwrite` is false, or if another
  /// process is writing the same file.
  public init(path: String, overwrite: Bool) throws(Rejection) {
    let partialPath = Self.partialPath(for: path)
    guard overwrite || access(path, F_OK) != 0 else {
      throw Rejection(TensorCoreRules.outputExists, "exists already", at: Place(file: path))
    }
    let followsInterruption = access(partialPath, F_OK) == 0
    let descriptor = try Self.openExclusively(partialPath, for: path)
    self.followsInterruption = followsInterruption
    self.descriptor = descriptor
    self.path = path
    self.partialPath = partialPath
  }

  private static func openExclusively(
    _ partialPath: String, for path: String
  ) throws(Rejection) -> Int32 {
    let descriptor = open(partialPath, O_RDWR | O_CREAT | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else {
      throw Rejection(
        TensorCoreRules.outputExists, "cannot create: \(systemError())", at: Place(file: path))
    }
    // After cutting a file, even an empty one, ext4 writes all of it to the disk on close: wasted
    // where the conversion fails in the end.
    guard flock(descriptor, LOCK_EX | LOCK_NB) == 0,
      lseek(descriptor, 0, SEEK_END) == 0 || ftruncate(descriptor, 0) == 0
    else {
      close(descriptor)
      throw Rejection(
        TensorCoreRules.outputExists, "another process is writing this file",
        at: Place(file: path))
    }
    return descriptor
  }

  deinit {
    if !isCommitted { unlink(partialPath) }
    close(descriptor)
  }

  /// Where the bytes of `path` wait until they are complete.
  package static func partialPath(for path: String) -> String {
    guard let slash = path.lastIndex(of: "/") else { return ".\(path).partial" }
    return "\(path[...slash]).\(path[path.index(after: slash)...]).partial"
  }

  /// Writes `bytes` at the end.
  public mutating func append(_ bytes: RawSpan) throws(Rejection) {
    try locating(Place(file: path)) { () throws(Rejection) in
      try writeAll(bytes, to: descriptor, at: byteCount)
    }
    byteCount += bytes.byteCount
  }

  /// Writes `bytes` at the end.
  public mutating func append(_ bytes: [UInt8]) throws(Rejection) {
    // Bytes have no padding that a raw view could show.
    try append(bytes.span.bytes)
  }

  /// Writes over `bytes.count` bytes that were written before.
  public mutating func rewrite(_ bytes: [UInt8], at offset: Int) throws(Rejection) {
    precondition(offset + bytes.count <= byteCount, "only what was written can be rewritten")
    try writeAll(bytes.span.bytes, to: descriptor, at: offset)
  }

  /// Appends stored bytes; what lies in a file is copied by the kernel without passing through
  /// this process.
  public mutating func append(_ storage: Storage) throws(Rejection) {
    var done = 0
    if let file = storage.file {
      done = try copy(from: file, at: storage.start, count: storage.byteCount)
    }
    guard done < storage.byteCount, let rest = storage.slice(done..<storage.byteCount) else {
      return
    }
    try rest.forEachChunk { chunk throws(Rejection) in try append(chunk) }
  }

  /// The bytes that the kernel agreed to copy; the rest has to be written by hand, as between
  /// file systems that cannot copy for each other.
  private mutating func copy(
    from file: FileMapping, at start: Int, count: Int
  ) throws(Rejection) -> Int {
    var done = 0
    while done < count {
      let result = csystem_copy_file_range(
        file.descriptor, Int64(start + done), descriptor, Int64(byteCount), count - done)
      if result == -Int64(EINTR) { continue }
      if result == -Int64(ENOSPC) || result == -Int64(EIO) || result == -Int64(EDQUOT) {
        throw Rejection(
          TensorCoreRules.inputOutput, "cannot write: \(systemError(Int32(-result)))",
          at: Place(file: path))
      }
      guard result > 0 else { return done }
      done += Int(result)
      byteCount += Int(result)
    }
    return done
  }

  /// Syncs the bytes and gives the file its name.
  public consuming func commit() throws(Rejection) {
    guard fsync(descriptor) == 0, rename(partialPath, path) == 0 else {
      throw Rejection(
        TensorCoreRules.inputOutput, "cannot finish: \(systemError())", at: Place(file: path))
    }
    isCommitted = true
    Self.syncFolder(of: path)
  }

  /// Makes the new name last through a power cut; not every file system can, so failure is fine.
  private static func syncFolder(of path: String) {
    let folder = path.lastIndex(of: "/").map { String(path[...$0]) } ?? "."
    let descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else { return }
    fsync(descriptor)
    close(descriptor)
  }
}
