internal import Diagnostics
internal import GRDB

/// A file of a tree: git's name for it, and the content behind that.
struct Blob: Sendable {
  /// Git's name: of the content, or of the text that points to it.
  let oid: ObjectID
  let content: ContentDigest
  let byteCount: Int
  /// The length of the text that stands for a large file in git; nil for one that git has itself.
  let pointerByteCount: Int?

  /// A file that git has itself.
  init(_ bytes: [UInt8], _ entry: ContentStore.Entry) {
    oid = ObjectID("blob", body: bytes)
    (content, byteCount, pointerByteCount) = (entry.digest, entry.byteCount, nil)
  }

  /// A large file (Git LFS, specification 1).
  init(large entry: ContentStore.Entry) {
    let pointer = """
      version https://git-lfs.github.com/spec/v1
      oid sha256:\(entry.digest.hex)
      size \(entry.byteCount)

      """
    let bytes = Array(pointer.utf8)
    oid = ObjectID("blob", body: bytes)
    (content, byteCount, pointerByteCount) = (entry.digest, entry.byteCount, bytes.count)
  }

  /// Whether bytes are the text that stands for a large file in git. Such a file would have the
  /// large one's name.
  static func isPointer(_ bytes: [UInt8]) -> Bool {
    bytes.count < 1024 && bytes.starts(with: Array("version https://git-lfs.github.com/".utf8))
  }

  /// What tells clients whether they have the content: they name what they keep after it.
  var entityTag: String { pointerByteCount == nil ? oid.hex : content.hex }

  fileprivate init(_ row: Row) {
    (oid, content) = (row["oid"], row["content"])
    (byteCount, pointerByteCount) = (row["byteCount"], row["pointerByteCount"])
  }
}

extension Blob {
  /// The file of a name; throws Y02 where there is none.
  static func named(_ oid: ObjectID, in database: Database) throws -> Blob {
    guard
      let row = try Row.fetchOne(
        database.cachedStatement(sql: "SELECT * FROM blob WHERE oid = ?"), arguments: [oid])
    else { throw Rejection(WeightHubServerRules.storage, "no blob \(oid.hex)") }
    return Blob(row)
  }

  /// Stores it; the content must be there.
  func save(in database: Database) throws {
    try database.execute(
      sql: """
        INSERT INTO blob (oid, content, byteCount, pointerByteCount) VALUES (?, ?, ?, ?)
        ON CONFLICT DO NOTHING
        """, arguments: [oid, content, byteCount, pointerByteCount])
    guard database.changesCount == 0 else { return }
    // Two contents of one name of git's: a collision of SHA-1, which somebody made on purpose.
    let there = try Blob.named(oid, in: database)
    guard there.content == content, there.pointerByteCount == pointerByteCount else {
      throw HubFailure.conflict("another content has git's name \(oid.hex)")
    }
  }
}

extension GitTree {
  /// The stored tree of a name; throws Y02 where there is none, or a damaged one.
  static func named(_ oid: ObjectID, in database: Database) throws -> GitTree {
    guard
      let bytes = try Row.fetchOne(
        database.cachedStatement(sql: "SELECT body FROM tree WHERE oid = ?"), arguments: [oid])
    else { throw Rejection(WeightHubServerRules.storage, "no tree \(oid.hex)") }
    let body: StoredBytes = bytes[0]
    return try GitTree(body: body.bytes)
  }

  /// Stores it.
  func save(in database: Database) throws {
    try database.execute(
      sql: "INSERT INTO tree (oid, body) VALUES (?, ?) ON CONFLICT DO NOTHING",
      arguments: [oid, StoredBytes(body)])
  }

  /// What is under a path; nil where there is nothing.
  func node(at path: GitPath, in database: Database) throws -> Node? {
    var tree = self
    for part in path.parts.dropLast() {
      guard case .folder(let oid) = tree[part] else { return nil }
      tree = try .named(oid, in: database)
    }
    return path.parts.last.flatMap { tree[$0] }
  }

  /// The folder at a path, which is this one for an empty path; throws where there is none.
  func folder(at path: String, in database: Database) throws -> GitTree {
    guard !path.isEmpty else { return self }
    guard let inside = try? GitPath(path),
      case .folder(let oid)? = try node(at: inside, in: database)
    else { throw HubFailure.noEntry(path) }
    return try .named(oid, in: database)
  }

  /// Every file and folder below, with its path; folders before what is in them. `isDeep` follows
  /// folders.
  func listing(
    below prefix: String = "", isDeep: Bool, in database: Database
  ) throws -> [(path: String, node: Node)] {
    var result: [(path: String, node: Node)] = []
    for entry in entries {
      result.append((prefix + entry.name, entry.node))
      guard isDeep, case .folder(let oid) = entry.node else { continue }
      result += try GitTree.named(oid, in: database).listing(
        below: prefix + entry.name + "/", isDeep: true, in: database)
    }
    return result
  }
}
