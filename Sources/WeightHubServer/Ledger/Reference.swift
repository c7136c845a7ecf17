internal import GRDB

/// A name that stands for a commit.
struct Reference: Sendable {
  /// The full name: `refs/heads/main`, `refs/tags/v1`, `refs/pr/3`.
  let name: String
  let target: ObjectID

  /// The branch that every repository has.
  static let main = "refs/heads/main"

  /// The name without what says that it is a branch or a tag.
  var shortName: String {
    for prefix in ["refs/heads/", "refs/tags/"] where name.hasPrefix(prefix) {
      return String(name.dropFirst(prefix.count))
    }
    return name
  }

  /// Whether commits move it: tags stay.
  var isMovable: Bool { name.hasPrefix("refs/heads/") || name.hasPrefix("refs/pr/") }

  /// Whether a name can be a branch's or a tag's, by git's rules.
  static func isName(_ name: String) -> Bool {
    let bytes = Array(name.utf8)
    let parts = name.split(separator: "/", omittingEmptySubsequences: false)
    // Nobody shall take it for a commit or for another kind of reference.
    let short = name.split(separator: "/", maxSplits: 2).dropFirst(2).joined()
    guard ObjectID(hex: short.lowercased()) == nil, !short.hasPrefix("refs/") else { return false }
    return (1...200).contains(bytes.count) && bytes.allSatisfy { $0 > 0x20 && $0 != 0x7F }
      && !name.contains { "~^:?*[\\".contains($0) } && !name.contains("..") && !name.contains("@{")
      && name != "@" && !name.hasSuffix(".")
      && parts.allSatisfy { !$0.isEmpty && !$0.hasPrefix(".") && !$0.hasSuffix(".lock") }
  }
}

extension Reference {
  /// All of a repository, by name.
  static func all(of repository: Repository, in database: Database) throws -> [Reference] {
    try Row.fetchAll(
      database, sql: "SELECT name, target FROM reference WHERE repository = ? ORDER BY name",
      arguments: [repository.id]
    ).map { Reference(name: $0[0], target: $0[1]) }
  }

  /// The reference of a full name.
  static func named(
    _ name: String, of repository: Repository, in database: Database
  ) throws -> Reference? {
    try ObjectID.fetchOne(
      database, sql: "SELECT target FROM reference WHERE repository = ? AND name = ?",
      arguments: [repository.id, name]
    ).map { Reference(name: name, target: $0) }
  }

  /// What a revision may stand for: a branch, a tag, or a full name; a branch before a tag.
  static func resolve(
    _ revision: String, of repository: Repository, in database: Database
  ) throws -> Reference? {
    for prefix in ["refs/heads/", "refs/tags/", ""]
    where prefix != "" || revision.hasPrefix("refs/") {
      if let found = try named(prefix + revision, of: repository, in: database) { return found }
    }
    return nil
  }

  /// Writes it, in place of one of its name.
  func save(in repository: Repository, _ database: Database) throws {
    try database.execute(
      sql: """
        INSERT INTO reference (repository, name, target) VALUES (?1, ?2, ?3)
        ON CONFLICT DO UPDATE SET target = ?3
        """, arguments: [repository.id, name, target])
  }

  /// Removes it; gives whether it was there.
  static func remove(
    _ name: String, of repository: Repository, in database: Database
  ) throws -> Bool {
    try database.execute(
      sql: "DELETE FROM reference WHERE repository = ? AND name = ?",
      arguments: [repository.id, name])
    return database.changesCount > 0
  }
}

extension Repository {
  /// The commit that a revision stands for; throws that there is none.
  func change(at revision: String, in database: Database) throws -> Change {
    if let oid = ObjectID(hex: revision.lowercased()),
      let change = try Change.named(oid, of: self, in: database)
    {
      return change
    }
    guard let reference = try Reference.resolve(revision, of: self, in: database),
      let change = try Change.named(reference.target, of: self, in: database)
    else { throw HubFailure.noRevision(revision) }
    return change
  }
}
