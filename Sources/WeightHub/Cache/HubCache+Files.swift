internal import Files
internal import Glibc

extension HubCache {
  /// The files of a commit that are in the cache as a whole, by path.
  func files(of commit: String) -> [Pull.CachedFile] {
    var files: [Pull.CachedFile] = []
    collect("", in: snapshot(commit), into: &files)
    return files.sorted { $0.path.utf8.lexicographicallyPrecedes($1.path.utf8) }
  }

  private func collect(
    _ prefix: String, in root: String, into files: inout [Pull.CachedFile]
  ) {
    for name in FolderContent.names(in: "\(root)/\(prefix)") ?? [] {
      let path = prefix + name
      var status = stat()
      guard lstat("\(root)/\(path)", &status) == 0 else { continue }
      if status.st_mode & S_IFMT == S_IFDIR {
        collect(path + "/", in: root, into: &files)
      } else if let byteCount = Self.byteCount(of: "\(root)/\(path)") {
        let target = Self.target(of: "\(root)/\(path)")
        let tag = target.flatMap { $0.split(separator: "/").last.map(String.init) }
        files.append(Pull.CachedFile(path: path, byteCount: byteCount, entityTag: tag))
      }
    }
  }

  /// Where a link leads; nil for what is none.
  private static func target(of path: String) -> String? {
    var buffer = [CChar](repeating: 0, count: 4096)
    let count = readlink(path, &buffer, buffer.count)
    return count > 0
      ? String(validating: buffer[..<count].map(UInt8.init(bitPattern:)), as: UTF8.self) : nil
  }
}
