import Diagnostics
internal import Files
import Glibc
import TensorCore

/// Everything in a folder and the folders in it that no ignored path covers, links not followed.
struct FolderWalk {
  /// What stands under a name.
  enum Kind { case file, link, special, undecodable }

  /// One name that is no folder.
  struct Entry {
    let components: [String]
    let kind: Kind
    let byteCount: Int

    /// The path below the folder.
    var path: String { components.joined(separator: "/") }
  }

  /// In the order of their paths.
  private(set) var entries: [Entry] = []
  private let root: String
  private let ignored: IgnoredPaths

  /// Deeper than any tree of checkpoints, and far from the end of the stack.
  static let maximumDepth = 64
  static let maximumEntryCount = 1 << 20

  /// Goes through `folder`; throws F01 where it cannot be read, G10 where there is no end.
  init(_ folder: String, ignoring ignored: IgnoredPaths) throws(Rejection) {
    root = folder
    self.ignored = ignored
    try enter([])
    entries.sort { $0.path.utf8.lexicographicallyPrecedes($1.path.utf8) }
  }

  /// The bytes of all files.
  var byteCount: Int { entries.reduce(0) { $0 + ($1.kind == .file ? $1.byteCount : 0) } }

  private mutating func enter(_ folder: [String]) throws(Rejection) {
    guard folder.count < Self.maximumDepth else {
      throw unsignable(folder, "folders lie more than \(Self.maximumDepth) deep")
    }
    for bytes in try names(in: folder) {
      let components = folder + [String(decoding: bytes, as: UTF8.self)]
      guard components.last.map({ $0.utf8.elementsEqual(bytes) }) == true else {
        try append(Entry(components: components, kind: .undecodable, byteCount: 0))
        continue
      }
      if !ignored.covers(components) { try add(components) }
    }
  }

  private mutating func add(_ components: [String]) throws(Rejection) {
    var status = stat()
    guard unsafe lstat(path(components), &status) == 0 else {
      throw Rejection(
        FileRules.missingInput, "cannot look at it: \(systemError())",
        at: Place(file: path(components)))
    }
    let kind: Kind
    switch status.st_mode & S_IFMT {
    case S_IFDIR: return try enter(components)
    case S_IFREG: kind = .file
    case S_IFLNK: kind = .link
    default: kind = .special
    }
    try append(Entry(components: components, kind: kind, byteCount: Int(status.st_size)))
  }

  private mutating func append(_ entry: Entry) throws(Rejection) {
    guard entries.count < Self.maximumEntryCount else {
      throw unsignable([], "there are more than \(Self.maximumEntryCount) files")
    }
    entries.append(entry)
  }

  /// The names in a folder, closed before any folder in it is opened.
  private func names(in folder: [String]) throws(Rejection) -> [[UInt8]] {
    guard let directory = unsafe opendir(path(folder)) else {
      throw Rejection(
        FileRules.missingInput, "cannot list it: \(systemError())",
        at: Place(file: path(folder)))
    }
    defer { unsafe closedir(directory) }
    var names: [[UInt8]] = []
    while let entry = unsafe readdir(directory) {
      let name = unsafe withUnsafeBytes(of: entry.pointee.d_name) { raw in
        unsafe Array(raw.prefix { $0 != 0 })
      }
      if name != Array(".".utf8), name != Array("..".utf8) { names.append(name) }
    }
    return names
  }

  private func path(_ components: [String]) -> String {
    ([root] + components).joined(separator: "/")
  }

  private func unsignable(_ components: [String], _ message: String) -> Rejection {
    Rejection(SignaturesRules.unsignable, message, at: Place(file: path(components)))
  }
}
