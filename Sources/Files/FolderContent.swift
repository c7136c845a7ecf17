internal import CLinux
internal import Glibc

/// The names that a folder holds.
package enum FolderContent {
  /// Its names in no order; nil if it cannot be read.
  package static func names(in folder: String) -> [String]? {
    guard let directory = opendir(folder) else { return nil }
    defer { closedir(directory) }
    var names: [String] = []
    while let entry = readdir(directory) {
      let name = withUnsafeBytes(of: entry.pointee.d_name) { raw in
        String(decoding: raw.prefix { $0 != 0 }, as: UTF8.self)
      }
      if name != ".", name != ".." { names.append(name) }
    }
    return names
  }

  /// Removes a folder with all that is in it; links go, and not what they lead to. A signal handler
  /// may call it.
  package static func remove(_ path: UnsafePointer<CChar>) { _ = clinux_remove(path) }

  /// Writes the names to the disk, where the file system can.
  package static func sync(_ folder: String) {
    let descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else { return }
    fsync(descriptor)
    close(descriptor)
  }
}
