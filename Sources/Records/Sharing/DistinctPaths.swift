internal import Diagnostics

/// Paths of one list, which must be files of one folder.
struct DistinctPaths {
  private var files: Set<RecordPath> = []
  private var folders: Set<String> = []

  /// Adds a path; throws the rule where it stands there already, or where a file would be a folder
  /// too.
  mutating func insert(_ path: RecordPath, or rule: Rule) throws(Rejection) {
    guard files.insert(path).inserted else { throw Rejection(rule, "\(path) stands there twice") }
    var above = ""
    for component in path.components.dropLast() {
      above += (above.isEmpty ? "" : "/") + component
      folders.insert(above)
    }
  }

  /// Throws the rule where a file is a folder too.
  func finish(or rule: Rule) throws(Rejection) {
    for path in files where folders.contains(path.description) {
      throw Rejection(rule, "\(path) is a file and a folder")
    }
  }
}
