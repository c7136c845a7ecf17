internal import GRDB

/// A row of a repository.
struct Repository: Sendable {
  let id: Int64
  let name: RepositoryName
  let isPrivate: Bool
  let created: Int
  let modified: Int

  fileprivate init?(_ row: Row) {
    guard let kind = RepositoryKind(rawValue: row["kind"]),
      let name = RepositoryName(kind, row["namespace"], row["name"])
    else { return nil }
    (id, isPrivate, created, modified) =
      (row["id"], row["isPrivate"], row["created"], row["modified"])
    self.name = name
  }
}

extension Repository {
  /// The repository of a name.
  static func named(_ name: RepositoryName, in database: Database) throws -> Repository? {
    try Row.fetchOne(
      database,
      sql: "SELECT * FROM repository WHERE kind = ? AND namespace = ? AND name = ?",
      arguments: [name.kind.rawValue, name.namespace, name.name]
    ).flatMap(Self.init)
  }

  /// The repositories of a kind, the last changed first.
  static func all(
    _ kind: RepositoryKind, author: String?, search: String?, includingPrivate: Bool,
    offset: Int = 0, limit: Int, in database: Database
  ) throws -> [Repository] {
    try Row.fetchAll(
      database,
      sql: """
        SELECT * FROM repository WHERE kind = ?1 AND (?2 IS NULL OR namespace = ?2)
        AND (?3 IS NULL OR instr(lower(namespace || '/' || name), lower(?3)) > 0)
        AND (?4 OR NOT isPrivate) ORDER BY modified DESC, id LIMIT ?5 OFFSET ?6
        """, arguments: [kind.rawValue, author, search, includingPrivate, limit, offset]
    ).compactMap(Self.init)
  }

  /// A new repository, of one commit that says which files are large; throws a conflict where there
  /// is one of that name.
  static func create(
    _ name: RepositoryName, isPrivate: Bool, by author: String, at time: Int,
    in database: Database
  ) throws -> Repository {
    try database.execute(
      sql: """
        INSERT INTO repository (kind, namespace, name, isPrivate, created, modified)
        VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING
        """,
      arguments: [name.kind.rawValue, name.namespace, name.name, isPrivate, time, time])
    guard database.changesCount > 0, let made = try named(name, in: database) else {
      throw HubFailure.conflict("You already created this \(name.kind.rawValue) repo: \(name.id)")
    }
    return made
  }

  /// Removes it with its references; what no other repository has is removed with the garbage.
  func delete(in database: Database) throws {
    try database.execute(sql: "DELETE FROM repository WHERE id = ?", arguments: [id])
  }

  /// Hides it from those without a token, or shows it.
  func setPrivate(_ isPrivate: Bool, in database: Database) throws {
    try database.execute(
      sql: "UPDATE repository SET isPrivate = ? WHERE id = ?", arguments: [isPrivate, id])
  }
}
