internal import GRDB
internal import JSON

/// Reading of what pages show, as far as the visitor may see it.
extension HubResponder {
  /// A file that a page wants to show, and no more of it than it can.
  func text(of blob: Blob?, upTo byteCount: Int) async throws -> [UInt8]? {
    guard let blob, blob.byteCount <= byteCount else { return nil }
    let store = hub.contents
    return try await store.offload {
      let reader = PackReader(store.packs)
      return try store.extents(of: blob.content, 0..<blob.byteCount)?
        .flatMap { try reader.bytes(of: $0) }
    }
  }

  /// The JSON in a file; nil where there is none, or too much of it.
  func json(of blob: Blob?, upTo byteCount: Int = 4 << 20) async throws -> JSONValue? {
    guard let blob, blob.byteCount <= byteCount else { return nil }
    // A parsed document takes many times the room of its text.
    let share = await allowance.share(of: blob.byteCount * 16)
    defer { withExtendedLifetime(share) {} }
    guard let bytes = try await text(of: blob, upTo: byteCount) else { return nil }
    return try await hub.contents.offload { try? JSONValue(parsing: bytes) }
  }

  /// The records of an index, which is read once.
  func records(in index: Blob?, of repository: RepositoryName) async throws -> [RecordSummary] {
    guard let index else { return [] }
    if let known = indexes.records(in: index, of: repository) { return known }
    let records = RecordSummary.all(in: try await json(of: index), of: repository)
    indexes.keep(records, in: index, of: repository)
    return records
  }
}

/// What is in a folder.
struct FolderEntry: Sendable {
  let name: String
  let isFolder: Bool
  let byteCount: Int
  /// The SHA-256 of the content.
  let sha256: String?

  init(_ name: String, _ node: GitTree.Node, in database: Database) throws {
    self.name = name
    guard case .file(let oid) = node else {
      (isFolder, byteCount, sha256) = (true, 0, nil)
      return
    }
    let blob = try Blob.named(oid, in: database)
    (isFolder, byteCount, sha256) = (false, blob.byteCount, blob.content.hex)
  }
}

/// A folder of a repository at a revision, with what its pages need besides.
struct FolderSnapshot: Sendable {
  let repository: Repository
  let revision: String
  let change: Change
  let path: String
  /// The first entries, folders before files.
  let entries: [FolderEntry]
  let entryCount: Int
  let references: [Reference]
  let discussionCount: Int
  private let tree: GitTree

  static let mostEntries = 1000

  var name: RepositoryName { repository.name }

  /// Throws what asking for a folder throws that is not there.
  init(
    _ repository: Repository, at revision: String, path: String, in database: Database
  ) throws {
    (self.repository, self.revision, self.path) = (repository, revision, path)
    change = try repository.change(at: revision, in: database)
    tree = try GitTree.named(change.tree, in: database).folder(at: path, in: database)
    entryCount = tree.entries.count
    entries = try Self.ordered(tree).prefix(Self.mostEntries).map {
      try FolderEntry($0.name, $0.node, in: database)
    }
    references = try Reference.all(of: repository, in: database)
    discussionCount = try Discussion.all(of: repository, in: database).count
  }

  private static func ordered(_ tree: GitTree) -> [(name: String, node: GitTree.Node)] {
    func isFolder(_ node: GitTree.Node) -> Bool { if case .folder = node { true } else { false } }
    return tree.entries.filter { isFolder($0.node) } + tree.entries.filter { !isFolder($0.node) }
  }

  /// The file of a name in the folder.
  func blob(_ name: String, in database: Database) throws -> Blob? {
    guard case .file(let oid)? = tree[name] else { return nil }
    return try Blob.named(oid, in: database)
  }

  /// The branches and tags, without pull requests.
  var names: [Reference] { references.filter { !$0.name.hasPrefix("refs/pr/") } }
}
