internal import Diagnostics
internal import Files
internal import Glibc

/// Keeps a folder to this process for as long as it lives.
final class FolderLock: Sendable {
  private static let name = "lock"
  private let descriptor: Int32

  /// Takes the folder; throws Y06 where another process has it.
  init(of folder: String) throws(Rejection) {
    let path = "\(folder)/\(Self.name)"
    descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
    guard descriptor >= 0 else { throw StorageFailure.rejection("cannot make", path) }
    guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
      throw Rejection(
        WeightHubServerRules.inUse, "its lock is another process's", at: Place(file: folder))
    }
  }

  /// Whether a folder has nothing but the lock in it.
  static func isEmpty(_ folder: String) -> Bool {
    (FolderContent.names(in: folder) ?? [name]).allSatisfy { $0 == name }
  }

  deinit { close(descriptor) }
}
