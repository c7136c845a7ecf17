public import Diagnostics
internal import Glibc

/// A folder of files that appears under its name only when all of them are whole.
///
/// Files are written in a hidden sibling, `.NAME.partial`. `commit` renames that folder or, where
/// an older output is replaced, lets the two folders change places in one step.
public struct OutputFolder: ~Copyable {
  private var partial: PartialOutput

  /// The name the folder gets in the end.
  public var path: String { partial.target.path }
  /// Whether an earlier run was interrupted while writing this folder.
  public var followsInterruption: Bool { partial.followsInterruption }

  /// Starts a folder; throws F02 if the name is taken by more than an empty folder and `overwrite`
  /// is false or another process is writing the same folder, F06 if it cannot be created.
  public init(path: String, overwrite: Bool) throws(Rejection) {
    try self.init(OutputTarget(.folder, path: path, overwrites: overwrite))
  }

  /// Starts the folder that `target` names; throws F02 and F06.
  public init(_ target: OutputTarget) throws(Rejection) {
    try self.init(target, keepsEarlier: false)
  }

  /// Starts the folder that `target` names, with what an earlier run left in it if that is wanted.
  /// Throws F02 and F06.
  package init(_ target: OutputTarget, keepsEarlier: Bool) throws(Rejection) {
    precondition(target.kind == .folder, "a file is no folder")
    partial = try PartialOutput(target, keepsEarlier: keepsEarlier)
  }

  /// Where a file of the folder is written.
  public func path(of name: String) -> String { "\(partial.path)/\(name)" }

  /// Removes what an interrupted run left of a file that it had written whole before.
  package func discardPartial(of name: String) {
    unlink(OutputTarget(.file, path: path(of: name), overwrites: true).partialPath)
  }

  /// Gives the folder its name. `names` are its files; `stale` names files of an older output
  /// that go. What else the older folder holds stays.
  ///
  /// Until the new folder has its name the older one is whole: throws F03 with nothing changed.
  public consuming func commit(_ names: [String], removing stale: [String]) throws(Rejection) {
    guard partial.target.overwrites, let present = FolderContent.names(in: path), !present.isEmpty
    else { return try partial.takeName() }
    let replacement = FolderReplacement(
      old: path, new: partial.path, aside: partial.target.asidePath, replaced: Set(names + stale))
    switch replacement.run(present) {
    case .done: partial.finish()
    case .failed(let code): throw partial.target.cannotFinish(code)
    case .aside(let code):
      // The older folder has another name and so has the new one: neither may go.
      partial.finish()
      throw partial.target.cannotFinish(code)
    }
  }
}
