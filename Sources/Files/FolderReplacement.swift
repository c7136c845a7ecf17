internal import CLinux
internal import Glibc

/// A folder that takes the place of another, which is whole until then.
struct FolderReplacement {
  /// Where the older folder is, and the new one will be.
  let old: String
  /// Where the new folder waits.
  let new: String
  /// Where the older folder waits where folders cannot change places.
  let aside: String
  /// The names in the older folder that are no longer needed.
  let replaced: Set<String>
  /// Lets two folders change their names in one step: 0, or a negative code.
  var exchange: (String, String) -> Int32 = { clinux_rename_exchange($0, $1) }

  enum Outcome {
    /// The new folder has its name.
    case done
    /// Nothing was changed.
    case failed(Int32)
    /// The older folder could not be given its name back.
    case aside(Int32)
  }

  /// Replaces the folder, which holds the names `present`.
  func run(_ present: [String]) -> Outcome {
    for name in present where replaced.contains(name) && isFolder("\(old)/\(name)") {
      return .failed(EISDIR)
    }
    // Whoever opens the older folder under its hidden name must not take it over.
    let descriptor = open(old, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    defer { if descriptor >= 0 { close(descriptor) } }
    var status = stat()
    if descriptor >= 0, flock(descriptor, LOCK_EX | LOCK_NB) == 0, fstat(descriptor, &status) == 0 {
      chmod(new, status.st_mode & 0o7777)
    }
    let areShared = share(present)
    FolderContent.sync(new)
    // What could not be shared would lie in a folder that the next run takes for its own.
    if areShared, exchange(old, new) == 0 {
      clear(new)
      return .done
    }
    return moveAside()
  }

  /// Gives what stays a second name in the new folder; folders in the folder have to wait.
  private func share(_ present: [String]) -> Bool {
    var isComplete = true
    for name in present where !replaced.contains(name) && !isFolder("\(old)/\(name)") {
      let result = linkat(AT_FDCWD, "\(old)/\(name)", AT_FDCWD, "\(new)/\(name)", 0)
      isComplete = isComplete && result == 0
    }
    return isComplete
  }

  /// Two steps, between which the older folder is whole under a name that no run removes.
  private func moveAside() -> Outcome {
    guard rename(old, aside) == 0 else { return .failed(errno) }
    guard rename(new, old) == 0 else {
      let code = errno
      return rename(aside, old) == 0 ? .failed(code) : .aside(code)
    }
    clear(aside)
    return .done
  }

  /// Removes the older folder, which now lies at `path`, but for what has no other name: that
  /// moves to the new one.
  private func clear(_ path: String) {
    FolderContent.sync(old)
    for name in FolderContent.names(in: path) ?? [] {
      let (left, kept) = ("\(path)/\(name)", "\(old)/\(name)")
      if replaced.contains(name) || isSame(left, kept) { unlink(left) } else { rename(left, kept) }
    }
    rmdir(path)
  }

  /// Whether two names, links not followed, are one file.
  private func isSame(_ left: String, _ right: String) -> Bool {
    var (first, second) = (stat(), stat())
    return lstat(left, &first) == 0 && lstat(right, &second) == 0
      && FileIdentity(first) == FileIdentity(second)
  }

  private func isFolder(_ path: String) -> Bool {
    var status = stat()
    return lstat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
  }
}
