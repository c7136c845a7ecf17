internal import Diagnostics
internal import Files
internal import Glibc
internal import TensorCore

/// The names of what lies in a folder, sorted by their bytes.
struct FolderListing {
  let names: [String]

  /// Lists the folder at `path`, hidden files only if wanted; throws F01 when it cannot be read.
  init(path: String, includesHidden: Bool = false) throws(Rejection) {
    guard let directory = unsafe opendir(path) else {
      throw Rejection(
        FileRules.missingInput, "cannot list: \(systemError())", at: Place(file: path))
    }
    defer { unsafe closedir(directory) }
    var names: [String] = []
    while let entry = unsafe readdir(directory) {
      let name = unsafe withUnsafeBytes(of: &entry.pointee.d_name) { raw in
        unsafe String(decoding: raw.prefix { $0 != 0 }, as: UTF8.self)
      }
      if includesHidden || !name.hasPrefix(".") { names.append(name) }
    }
    self.names = names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
  }

  /// The names that end with `suffix`.
  func ending(in suffix: String) -> [String] { names.filter { $0.hasSuffix(suffix) } }
}
