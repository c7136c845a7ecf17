internal import Diagnostics
internal import Files
internal import Glibc
internal import TensorCore

/// Goes through a record's folder without following any link in it.
///
/// Every folder is opened from the one it lies in, so that a link which takes a folder's place
/// meanwhile leads nowhere.
struct FolderScanner {
  private static let mostEntries = 10_000
  private static let mostDepth = 8

  private(set) var files: [RecordFile] = []
  private(set) var skipped: [SkippedEntry] = []
  private var entryCount = 0
  private let root: String

  /// Scans a folder; throws I05 where there is none, I04 where it holds more than any record.
  init(_ root: String) throws(Rejection) {
    self.root = root
    let descriptor = open(root, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else {
      throw Rejection(
        RecordsRules.noFolder, "cannot list: \(systemError())", at: Place(file: root))
    }
    try enter(descriptor, [])
    files.sort { $0.path < $1.path }
    skipped.sort { $0.path.utf8.lexicographicallyPrecedes($1.path.utf8) }
  }

  /// What tools leave in a folder and nobody shares.
  private static func isLitter(_ name: String) -> Bool {
    name.hasPrefix(".git") || [".cache", ".DS_Store", "__pycache__"].contains(name)
  }

  /// Takes over a folder's descriptor.
  private mutating func enter(_ descriptor: Int32, _ above: [String]) throws(Rejection) {
    guard let directory = fdopendir(descriptor) else {
      close(descriptor)
      throw Rejection(
        RecordsRules.noFolder, "cannot list: \(systemError())", at: Place(file: root))
    }
    defer { closedir(directory) }
    while let entry = readdir(directory) {
      let bytes = withUnsafeBytes(of: entry.pointee.d_name) { Array($0.prefix { $0 != 0 }) }
      guard let name = String(validating: bytes, as: UTF8.self) else {
        skip(above + [String(decoding: bytes, as: UTF8.self)], "has a name that is no UTF-8")
        continue
      }
      if name == "." || name == ".." || Self.isLitter(name) { continue }
      entryCount += 1
      guard entryCount <= Self.mostEntries else {
        throw Rejection(
          RecordsRules.tooLarge, "more than \(Self.mostEntries) files and folders",
          at: Place(file: root))
      }
      try visit(name, above, in: descriptor)
    }
  }

  private mutating func visit(
    _ name: String, _ above: [String], in folder: Int32
  ) throws(Rejection) {
    let parts = above + [name]
    var status = stat()
    guard fstatat(folder, name, &status, AT_SYMLINK_NOFOLLOW) == 0 else {
      return skip(parts, "cannot be looked at")
    }
    switch status.st_mode & S_IFMT {
    case S_IFREG: note(parts, Int(status.st_size))
    case S_IFDIR:
      guard parts.count <= Self.mostDepth else { return skip(parts, "lies too deep") }
      let child = openat(folder, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
      guard child >= 0 else { return skip(parts, "cannot be listed") }
      try enter(child, parts)
    case S_IFLNK: skip(parts, "is a link, which could lead anywhere")
    default: skip(parts, "is no regular file")
    }
  }

  private mutating func note(_ parts: [String], _ byteCount: Int) {
    let text = parts.joined(separator: "/")
    do throws(Rejection) {
      files.append(RecordFile(path: try RecordPath(text), byteCount: byteCount))
    } catch {
      skip(parts, RecordPath.defect(of: text) ?? "has no safe name")
    }
  }

  private mutating func skip(_ parts: [String], _ reason: String) {
    skipped.append(SkippedEntry(path: parts.joined(separator: "/"), reason: reason))
  }
}
