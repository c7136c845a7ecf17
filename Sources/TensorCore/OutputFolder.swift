public import Diagnostics
internal import Glibc

/// A folder of files that appears under its name only when all of them are whole.
///
/// Files are written in a hidden sibling, `.NAME.partial`. `commit` renames that folder or, where
/// an older output is replaced, moves the files over one by one, the last name given last.
public struct OutputFolder: ~Copyable {
  /// The name the folder gets in the end.
  public let path: String
  /// Whether an earlier run was interrupted while writing this folder.
  public let followsInterruption: Bool
  private let partialPath: String
  private let descriptor: Int32
  private var isCommitted = false

  /// Starts a folder; throws F02 if the name is taken and `overwrite` is false, or if another
  /// process is writing the same folder.
  public init(path: String, overwrite: Bool) throws(Rejection) {
    let trimmed = Self.trimmed(path)
    guard overwrite || access(trimmed, F_OK) != 0 else {
      throw Rejection(TensorCoreRules.outputExists, "exists already", at: Place(file: path))
    }
    let partialPath = OutputFile.partialPath(for: trimmed)
    let isNew = mkdir(partialPath, 0o777) == 0
    let descriptor = open(partialPath, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else {
      throw Rejection(
        TensorCoreRules.outputExists, "cannot create: \(systemError())", at: Place(file: path))
    }
    guard lockExclusively(descriptor, openedAt: partialPath) else {
      close(descriptor)
      throw Rejection(
        TensorCoreRules.outputExists, "another process is writing this folder",
        at: Place(file: path))
    }
    if !isNew { Self.removeFiles(in: partialPath) }
    self.path = trimmed
    self.partialPath = partialPath
    self.descriptor = descriptor
    followsInterruption = !isNew
  }

  deinit {
    if !isCommitted {
      Self.removeFiles(in: partialPath)
      rmdir(partialPath)
    }
    close(descriptor)
  }

  private static func trimmed(_ path: String) -> String {
    var trimmed = path
    while trimmed.count > 1, trimmed.hasSuffix("/") { trimmed.removeLast() }
    return trimmed
  }

  /// What can be found on disk while a folder of these files is written, files before folders.
  package static func partialPaths(for path: String, names: [String]) -> [String] {
    let folder = OutputFile.partialPath(for: trimmed(path))
    let files = names.map { "\(folder)/\($0)" }
    return files + files.map(OutputFile.partialPath) + [folder]
  }

  /// Where a file of the folder is written.
  public func path(of name: String) -> String { "\(partialPath)/\(name)" }

  /// Gives the folder its name. `names` are its files; `stale` names files of an older output
  /// that the new one no longer has.
  public consuming func commit(_ names: [String], removing stale: [String]) throws(Rejection) {
    if access(path, F_OK) != 0 {
      guard rename(partialPath, path) == 0 else { throw failure() }
    } else {
      for name in stale where !names.contains(name) { unlink("\(path)/\(name)") }
      for name in names {
        guard rename("\(partialPath)/\(name)", "\(path)/\(name)") == 0 else { throw failure() }
      }
      rmdir(partialPath)
    }
    isCommitted = true
  }

  private func failure() -> Rejection {
    Rejection(
      TensorCoreRules.inputOutput, "cannot finish: \(systemError())", at: Place(file: path))
  }

  private static func removeFiles(in folder: String) {
    guard let directory = opendir(folder) else { return }
    defer { closedir(directory) }
    while let entry = readdir(directory) {
      let name = withUnsafeBytes(of: entry.pointee.d_name) { raw in
        String(decoding: raw.prefix { $0 != 0 }, as: UTF8.self)
      }
      if name != "." && name != ".." { unlink("\(folder)/\(name)") }
    }
  }
}
