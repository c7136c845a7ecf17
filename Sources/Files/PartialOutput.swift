internal import CLinux
internal import Diagnostics
internal import Glibc

/// Locks what was opened at `path`; false if another process writes it or has just finished it.
///
/// Whoever waits for nothing can still open the partial output of a run and lock it right after
/// that run gave it its final name: it is then no longer at `path` and not to be written.
func lockExclusively(_ descriptor: Int32, openedAt path: String) -> Bool {
  flock(descriptor, LOCK_EX | LOCK_NB) == 0 && isOpen(descriptor, at: path)
}

/// Whether `path` is, without following a link, what is open as `descriptor`.
private func isOpen(_ descriptor: Int32, at path: String) -> Bool {
  var found = stat()
  return lstat(path, &found) == 0 && FileIdentity(found) == FileIdentity(descriptor: descriptor)
}

/// The hidden sibling, `.NAME.partial`, that an output is until it is whole.
///
/// It is locked, so that no two processes write it. One that a killed run left behind is taken
/// over if it can only be that: an ordinary file or folder of this user. Without `takeName` it is
/// removed in the end.
struct PartialOutput: ~Copyable {
  let target: OutputTarget
  let path: String
  let descriptor: Int32
  /// Whether an earlier run was interrupted while writing this output.
  let followsInterruption: Bool
  private var isFinished = false

  /// Creates or takes over the sibling, with what an earlier run wrote if that is wanted; throws
  /// F02 and F06.
  init(_ target: OutputTarget, keepsEarlier: Bool = false) throws(Rejection) {
    try target.check()
    let path = target.partialPath
    let (descriptor, isNew) = Self.open(path, target.kind)
    guard descriptor >= 0 else {
      let code = errno
      throw isNew ? target.cannotCreate(code) : target.isTaken(Self.obstacle(path))
    }
    do throws(Rejection) {
      guard lockExclusively(descriptor, openedAt: path) else {
        throw target.isTaken("another process is writing this \(target.kind)")
      }
      if !isNew {
        try Self.check(descriptor, path, target)
        if !keepsEarlier { try Self.clear(descriptor, path, target) }
      }
    } catch {
      close(descriptor)
      throw error
    }
    self.target = target
    self.path = path
    self.descriptor = descriptor
    followsInterruption = !isNew
  }

  deinit {
    if !isFinished, isOpen(descriptor, at: path) { Self.remove(path, target.kind) }
    close(descriptor)
  }

  /// The descriptor, negative on failure, and whether nothing was there before.
  private static func open(_ path: String, _ kind: OutputTarget.Kind) -> (Int32, isNew: Bool) {
    let flags = O_CLOEXEC | O_NOFOLLOW
    switch kind {
    case .file:
      let created = Glibc.open(path, flags | O_RDWR | O_CREAT | O_EXCL, 0o666)
      guard created < 0, errno == EEXIST else { return (created, true) }
      // A pipe would make a blocking open wait; regular files ignore the flag.
      return (Glibc.open(path, flags | O_RDWR | O_NONBLOCK), false)
    case .folder:
      let isNew = mkdir(path, 0o777) == 0
      guard isNew || errno == EEXIST else { return (-1, true) }
      return (Glibc.open(path, flags | O_RDONLY | O_DIRECTORY), isNew)
    }
  }

  /// Throws F02 where what is there may be something else than an earlier run's.
  private static func check(
    _ descriptor: Int32, _ path: String, _ target: OutputTarget
  ) throws(Rejection) {
    var status = stat()
    let type = target.kind == .file ? S_IFREG : S_IFDIR
    guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == type,
      status.st_uid == geteuid(), target.kind == .folder || status.st_nlink == 1
    else { throw target.isTaken(obstacle(path)) }
    let names = target.kind == .folder ? FolderContent.names(in: path) ?? [] : []
    let content = names.compactMap { FileIdentity(path: "\(path)/\($0)") }
    guard target.inputs.isDisjoint(with: content + [FileIdentity(status)]) else {
      throw target.isTaken("the input is \(path), which writing the output would replace")
    }
  }

  /// Empties what an earlier run left.
  private static func clear(
    _ descriptor: Int32, _ path: String, _ target: OutputTarget
  ) throws(Rejection) {
    let names = target.kind == .folder ? FolderContent.names(in: path) ?? [] : []
    for name in names { unlink("\(path)/\(name)") }
    guard target.kind == .folder || ftruncate(descriptor, 0) == 0 else {
      throw target.cannotCreate()
    }
  }

  private static func obstacle(_ path: String) -> String {
    "\(path) is in the way: no run of this user has left it"
  }

  private static func remove(_ path: String, _ kind: OutputTarget.Kind) {
    guard kind == .folder else {
      unlink(path)
      return
    }
    for name in FolderContent.names(in: path) ?? [] { unlink("\(path)/\(name)") }
    rmdir(path)
  }

  /// Gives it the output's name; throws F02 if that was taken in the meantime and is to be kept.
  mutating func takeName() throws(Rejection) {
    guard isOpen(descriptor, at: path) else {
      throw target.isTaken("\(path) was moved by another process")
    }
    // A folder's rename replaces nothing but an empty folder.
    let replaces = target.overwrites || target.kind == .folder
    let result = replaces ? rename(path, target.path) : clinux_rename_new(path, target.path)
    let code = replaces ? errno : -result
    guard result == 0 else {
      throw code == EEXIST || code == ENOTEMPTY
        ? target.isTaken("appeared while it was being written") : target.cannotFinish(code)
    }
    finish()
  }

  /// What was here has gone where it belongs.
  mutating func finish() {
    isFinished = true
    target.syncParent()
  }
}
