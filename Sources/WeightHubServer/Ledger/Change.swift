internal import GRDB

/// A commit.
struct Change: Sendable {
  let oid: ObjectID
  let parent: ObjectID?
  let tree: ObjectID
  let title: String
  let message: String
  let author: String
  let created: Int

  /// A commit that is not stored yet.
  init(
    parent: ObjectID?, tree: ObjectID, title: String, message: String, author: String, created: Int
  ) {
    (self.parent, self.tree, self.title) = (parent, tree, title)
    (self.message, self.author, self.created) = (message, author, created)
    // A line break or an angle bracket would begin another field of git's.
    let name = author.filter { !"<>\n\0".contains($0) }
    let signature = "\(name) <\(name)@birdie> \(created) +0000"
    let lines =
      ["tree \(tree.hex)"] + (parent.map { ["parent \($0.hex)"] } ?? [])
      + ["author \(signature)", "committer \(signature)", "", title, "", message]
    oid = ObjectID("commit", body: Array(lines.joined(separator: "\n").utf8))
  }

  fileprivate init(_ row: Row) {
    (oid, parent, tree) = (row["oid"], row["parent"], row["tree"])
    (title, message) = (row["title"], row["message"])
    (author, created) = (row["author"], row["created"])
  }
}

extension Change {
  /// The commit of a name, if the repository has it.
  static func named(
    _ oid: ObjectID, of repository: Repository, in database: Database
  ) throws -> Change? {
    try Row.fetchOne(
      database,
      sql: """
        SELECT change.* FROM ownChange JOIN change ON change.oid = ownChange.change
        WHERE repository = ? AND change = ?
        """, arguments: [repository.id, oid]
    ).map(Self.init)
  }

  /// Stores it as one of the repository's.
  func save(in repository: Repository, _ database: Database) throws {
    try database.execute(
      sql: """
        INSERT INTO change (oid, parent, tree, title, message, author, created)
        VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING
        """, arguments: [oid, parent, tree, title, message, author, created])
    try database.execute(
      sql: """
        INSERT INTO ownChange (repository, change) VALUES (?, ?) ON CONFLICT DO NOTHING
        """, arguments: [repository.id, oid])
    try database.execute(
      sql: "UPDATE repository SET modified = ? WHERE id = ?", arguments: [created, repository.id])
  }

  /// The commit and those before it, the last first, without the first `offset` of them.
  func history(
    of repository: Repository, offset: Int = 0, limit: Int, in database: Database
  ) throws -> [Change] {
    try Row.fetchAll(
      database,
      sql: """
        WITH RECURSIVE line (oid, depth) AS (
          VALUES (?1, 0) UNION ALL
          SELECT change.parent, depth + 1 FROM line JOIN change ON change.oid = line.oid
          WHERE change.parent IS NOT NULL AND depth < ?2 + ?3)
        SELECT change.* FROM line JOIN change ON change.oid = line.oid ORDER BY depth
        LIMIT ?3 OFFSET ?2
        """, arguments: [oid, offset, limit]
    ).map(Self.init)
  }

  /// The commits of any repository, for whoever removes what none has.
  static func all(in database: Database) throws -> [Change] {
    try Row.fetchAll(database, sql: "SELECT * FROM change").map(Self.init)
  }
}
