internal import Files
internal import Glibc

extension StagingFolder {
  /// What the names of staging folders begin with; the process follows.
  static let prefix = "birdie-staging-"

  /// Removes what processes left that were interrupted: folders of this user, whose process is
  /// gone and which nobody holds.
  static func removeLeftovers(in parent: String) {
    for name in FolderContent.names(in: parent) ?? [] where name.hasPrefix(prefix) {
      let digits = name.dropFirst(prefix.count).prefix { $0 != "-" }
      guard let process = Int32(digits), process > 0, kill(process, 0) != 0, errno == ESRCH
      else { continue }
      removeLeftover("\(parent)/\(name)")
    }
  }

  private static func removeLeftover(_ path: String) {
    let folder = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
    guard folder >= 0 else { return }
    defer { close(folder) }
    var status = stat()
    // A process of another container is alive without a number here; its lock can be seen.
    guard fstat(folder, &status) == 0, status.st_uid == geteuid(),
      flock(folder, LOCK_EX | LOCK_NB) == 0
    else { return }
    FolderContent.remove(path)
  }
}
