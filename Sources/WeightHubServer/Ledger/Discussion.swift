internal import GRDB

/// A pull request, or a discussion without changes.
struct Discussion: Sendable {
  /// Whether it goes on.
  enum Status: String, Sendable {
    case open, closed, merged
  }

  let number: Int
  let isPullRequest: Bool
  let title: String
  let description: String
  let author: String
  let status: Status
  let created: Int

  /// What its commits are on.
  var referenceName: String { "refs/pr/\(number)" }

  fileprivate init(_ row: Row) {
    (number, isPullRequest) = (row["number"], row["isPullRequest"])
    (title, description, author) = (row["title"], row["description"], row["author"])
    status = Status(rawValue: row["status"]) ?? .open
    created = row["created"]
  }
}

extension Discussion {
  /// Those of a repository, the newest first.
  static func all(of repository: Repository, in database: Database) throws -> [Discussion] {
    try Row.fetchAll(
      database, sql: "SELECT * FROM discussion WHERE repository = ? ORDER BY number DESC",
      arguments: [repository.id]
    ).map(Self.init)
  }

  /// The one of a number.
  static func numbered(
    _ number: Int, of repository: Repository, in database: Database
  ) throws -> Discussion {
    guard
      let row = try Row.fetchOne(
        database, sql: "SELECT * FROM discussion WHERE repository = ? AND number = ?",
        arguments: [repository.id, number])
    else { throw HubFailure.noEntry("discussion \(number)") }
    return Discussion(row)
  }

  /// A new one, with the next number.
  static func open(
    title: String, description: String, author: String, at time: Int, isPullRequest: Bool,
    in repository: Repository, _ database: Database
  ) throws -> Discussion {
    try database.execute(
      sql: """
        INSERT INTO discussion
          (repository, number, isPullRequest, title, description, author, status, created)
        VALUES (?1, (SELECT COALESCE(MAX(number), 0) + 1 FROM discussion WHERE repository = ?1),
          ?2, ?3, ?4, ?5, 'open', ?6)
        """, arguments: [repository.id, isPullRequest, title, description, author, time])
    let number = try Int.fetchOne(
      database, sql: "SELECT MAX(number) FROM discussion WHERE repository = ?",
      arguments: [repository.id])
    return try numbered(number ?? 0, of: repository, in: database)
  }

  /// Closes it or opens it again; what is merged stays so.
  func set(_ status: Status, in repository: Repository, _ database: Database) throws {
    guard self.status != .merged else { throw HubFailure.badRequest("\(number) is merged") }
    try database.execute(
      sql: "UPDATE discussion SET status = ? WHERE repository = ? AND number = ?",
      arguments: [status.rawValue, repository.id, number])
  }

  /// Moves the main branch to what was proposed; throws a conflict where it has moved since.
  func merge(in repository: Repository, _ database: Database) throws {
    guard isPullRequest, status == .open,
      let proposed = try Reference.named(referenceName, of: repository, in: database),
      let main = try Reference.named(Reference.main, of: repository, in: database),
      let change = try Change.named(proposed.target, of: repository, in: database)
    else { throw HubFailure.badRequest("\(number) is no open pull request") }
    let line = try change.history(of: repository, limit: 10_000, in: database)
    guard line.contains(where: { $0.oid == main.target }) else {
      throw HubFailure.conflict("main has moved since; commit on top of it and propose that")
    }
    try Reference(name: main.name, target: proposed.target).save(in: repository, database)
    try set(.merged, in: repository, database)
  }
}
