internal import GRDB

/// What a commit did to the files of the one before it.
struct TreeDifference: Sendable {
  enum Kind: String, Sendable {
    case added, changed, removed
  }

  struct Entry: Sendable {
    let path: String
    let kind: Kind
    /// The lengths before and after.
    var before: Int?
    var after: Int?
  }

  private(set) var entries: [Entry] = []
  /// Whether there are more than are told.
  private(set) var isCut = false

  static let mostEntries = 1000

  /// Compares two trees; folders of one name in both are not entered.
  init(from old: GitTree, to new: GitTree, in database: Database) throws {
    try compare(old, new, below: "", in: database)
  }

  private mutating func compare(
    _ old: GitTree, _ new: GitTree, below prefix: String, in database: Database
  ) throws {
    let before = Dictionary(
      old.entries.map { (Array($0.name.utf8), $0.node) }, uniquingKeysWith: { $1 })
    let after = Set(new.entries.map { Array($0.name.utf8) })
    for entry in new.entries {
      let known = before[Array(entry.name.utf8)]
      guard known != entry.node else { continue }
      try compare(known, entry.node, at: prefix + entry.name, in: database)
    }
    for entry in old.entries where !after.contains(Array(entry.name.utf8)) {
      try compare(entry.node, nil, at: prefix + entry.name, in: database)
    }
  }

  private mutating func compare(
    _ old: GitTree.Node?, _ new: GitTree.Node?, at path: String, in database: Database
  ) throws {
    guard entries.count < Self.mostEntries else {
      isCut = true
      return
    }
    let folders = try (Self.folder(old, in: database), Self.folder(new, in: database))
    if folders.0 != nil || folders.1 != nil {
      try compare(
        folders.0 ?? GitTree(), folders.1 ?? GitTree(), below: path + "/", in: database)
    }
    let before = try Self.byteCount(old, in: database)
    let after = try Self.byteCount(new, in: database)
    guard before != nil || after != nil else { return }
    let kind: Kind = before == nil ? .added : after == nil ? .removed : .changed
    entries.append(Entry(path: path, kind: kind, before: before, after: after))
  }

  private static func folder(_ node: GitTree.Node?, in database: Database) throws -> GitTree? {
    guard case .folder(let oid) = node else { return nil }
    return try GitTree.named(oid, in: database)
  }

  private static func byteCount(_ node: GitTree.Node?, in database: Database) throws -> Int? {
    guard case .file(let oid) = node else { return nil }
    return try Blob.named(oid, in: database).byteCount
  }
}
