internal import Diagnostics
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

  /// The names of the packs that are there.
  func names() throws(Rejection) -> [String] {
    guard let folder = opendir(path) else {
      throw StorageFailure.rejection("cannot list the folder", path)
    }
    defer { closedir(folder) }
    var names: [String] = []
    while let entry = readdir(folder) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      if name.hasSuffix(".pack") { names.append(String(name.dropLast(5))) }
    }
    return names
  }

  /// Removes a pack; one that is gone already is no error.
  func remove(_ name: String) { unlink(path(of: name)) }

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
    Rejection(
      WeightHubServerRules.storage, "\(what): \(String(cString: strerror(errno)))",
      at: Place(file: path))
  }
}
