public import Diagnostics
internal import Glibc

/// The name that an output is to get, and what must not be lost for it.
public struct OutputTarget: Sendable {
  /// What stands under the name in the end.
  public enum Kind: Sendable {
    /// One file.
    case file
    /// A folder of files.
    case folder
  }

  /// The name; without slashes at the end, and without links where a folder is there already.
  public let path: String
  /// What gets the name.
  public let kind: Kind
  /// Whether an older output is replaced.
  public let overwrites: Bool
  /// The files that are still to be read.
  let inputs: Set<FileIdentity>

  /// Names an output that is made from `inputs`.
  public init(
    _ kind: Kind, path: String, overwrites: Bool, inputs: Set<FileIdentity> = []
  ) {
    self.kind = kind
    self.path = kind == .folder ? Self.folderPath(path) : path
    self.overwrites = overwrites
    self.inputs = inputs
  }

  /// A folder is filled where it lies, so that nothing has to be moved to another file system.
  private static func folderPath(_ path: String) -> String {
    var trimmed = path
    while trimmed.utf8.count > 1, trimmed.hasSuffix("/") { trimmed.removeLast() }
    var status = stat()
    guard lstat(trimmed, &status) == 0, status.st_mode & S_IFMT == S_IFLNK,
      let resolved = realpath(trimmed, nil)
    else { return trimmed }
    defer { free(resolved) }
    return String(cString: resolved)
  }

  /// Throws what writing would throw before its first byte: F02 if the name is taken, F06 if
  /// nothing can be created there.
  public func check() throws(Rejection) {
    guard !path.isEmpty, !path.hasSuffix("/") else {
      throw Rejection(
        FileRules.cannotCreate, "the name of a file is missing", at: Place(file: path))
    }
    var status = stat()
    if lstat(path, &status) == 0 {
      try checkReplacing(status)
    } else if errno != ENOENT {
      throw cannotCreate()
    }
    guard access(parent, W_OK | X_OK) == 0 else { throw cannotCreate() }
  }

  private func checkReplacing(_ status: stat) throws(Rejection) {
    var end = status
    // A link that leads nowhere counts as what it is: neither a file nor a folder.
    if status.st_mode & S_IFMT == S_IFLNK { stat(path, &end) }
    guard end.st_mode & S_IFMT == (kind == .file ? S_IFREG : S_IFDIR) else {
      throw isTaken("is there and no \(kind == .file ? "file" : "folder"), so it stays")
    }
    if kind == .folder, isEmptyFolder { return }
    guard overwrites else { throw isTaken("exists already") }
    guard kind == .file || access(path, W_OK | X_OK) == 0 else { throw cannotCreate() }
  }

  private var isEmptyFolder: Bool { FolderContent.names(in: path)?.isEmpty ?? false }

  /// The folder that the output lies in.
  var parent: String { path.lastIndex(of: "/").map { String(path[...$0]) } ?? "." }

  /// Where the output waits until it is complete.
  package var partialPath: String { Self.hiddenSibling(of: path, ending: "partial") }

  /// Where an older folder waits until the new one has its name.
  var asidePath: String { Self.hiddenSibling(of: path, ending: "replaced") }

  /// The name is cut where it would be longer than file systems allow, with a hash of the whole so
  /// that no two outputs share it.
  package static func hiddenSibling(of path: String, ending: String) -> String {
    let folder = path.lastIndex(of: "/").map { path[...$0] } ?? ""
    var name = String(path[folder.endIndex...])
    let room = 255 - 2 - ending.utf8.count
    if name.utf8.count > room {
      let hash = String(
        name.utf8.reduce(0xcbf2_9ce4_8422_2325 as UInt64) { hash, byte in
          (hash ^ UInt64(byte)) &* 0x100_0000_01b3
        }, radix: 16)
      while name.utf8.count > room - 17 { name.unicodeScalars.removeLast() }
      name += "-" + hash
    }
    return "\(folder).\(name).\(ending)"
  }

  /// The rejection of an output whose name is not free.
  func isTaken(_ message: String) -> Rejection {
    Rejection(FileRules.outputExists, message, at: Place(file: path))
  }

  /// The rejection of an output that the system does not let be made.
  func cannotCreate(_ code: Int32 = errno) -> Rejection {
    Rejection(
      FileRules.cannotCreate, "cannot create: \(systemError(code))", at: Place(file: path))
  }

  /// The rejection of an output that was written and could not be given its name.
  func cannotFinish(_ code: Int32 = errno) -> Rejection {
    Rejection(
      FileRules.inputOutput, "cannot finish: \(systemError(code))", at: Place(file: path))
  }

  /// Makes new names last through a power cut; not every file system can, so failure is fine.
  func syncParent() { FolderContent.sync(parent) }
}
