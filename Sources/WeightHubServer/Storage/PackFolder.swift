internal import Diagnostics
internal import Files
internal import GRDB
internal import Glibc

/// The folder of pack files. Each is written once, then only read, and removed when nothing in it
/// is wanted any more.
struct PackFolder: Sendable {
  /// Where the folder is.
  let path: String

  /// The folder, made if it is missing.
  init(path: String) throws(Rejection) {
    self.path = path
    guard mkdir(path, 0o700) == 0 || errno == EEXIST else {
      throw StorageFailure.rejection("cannot make the folder", path)
    }
  }

  /// The path of a pack.
  func path(of name: String) -> String { "\(path)/\(name).pack" }

  /// The path of a pack while it is written.
  func partialPath(of name: String) -> String { "\(path)/.\(name).partial" }

  /// Removes packs that were being written when a process ended.
  func removePartials() throws(Rejection) {
    for name in try entries() where name.hasPrefix(".") && name.hasSuffix(".partial") {
      unlink("\(path)/\(name)")
    }
  }

  /// The names of the packs that are there.
  func names() throws(Rejection) -> [String] {
    try entries().filter { $0.hasSuffix(".pack") }.map { String($0.dropLast(5)) }
  }

  /// When a pack was written last, in seconds since 1970; nil where there is none.
  func time(of name: String) -> Int? {
    var status = stat()
    return stat(path(of: name), &status) == 0 ? status.st_mtim.tv_sec : nil
  }

  private func entries() throws(Rejection) -> [String] {
    guard let names = FolderContent.names(in: path) else {
      throw StorageFailure.rejection("cannot list the folder", path)
    }
    return names
  }

  /// Removes a pack; one that is gone already is no error.
  func remove(_ name: String) {
    unlink(path(of: name))
    unlink(partialPath(of: name))
  }

  /// Makes names that were given or taken last through a loss of power.
  func synchronize() throws(Rejection) {
    let descriptor = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else { throw StorageFailure.rejection("cannot open the folder", path) }
    defer { close(descriptor) }
    guard fsync(descriptor) == 0 else {
      throw StorageFailure.rejection("cannot write the folder", path)
    }
  }
}

/// What the system said when reading or writing failed.
enum StorageFailure {
  /// The error of the last system call.
  static func rejection(_ what: String, _ path: String) -> Rejection {
    let code = errno
    let isFull = code == ENOSPC || code == EDQUOT
    return Rejection(
      isFull ? WeightHubServerRules.fullDisk : WeightHubServerRules.storage,
      "\(what): \(systemError(code))", at: Place(file: path))
  }

  /// What the database said.
  static func rejection(_ error: any Error) -> Rejection {
    if let rejection = error as? Rejection { return rejection }
    let isFull = (error as? DatabaseError)?.resultCode == .SQLITE_FULL
    return Rejection(
      isFull ? WeightHubServerRules.fullDisk : WeightHubServerRules.storage, "\(error)")
  }

  /// What work gives; what its database throws becomes a rejection.
  static func telling<Value>(_ work: () throws -> Value) throws(Rejection) -> Value {
    do { return try work() } catch { throw rejection(error) }
  }
}
