public import Diagnostics
internal import GRDB

extension Hub {
  /// What a Hub holds, and what of it is damaged.
  public struct Inventory: Sendable {
    /// How many repositories there are.
    public let repositoryCount: Int
    /// How many commits there are.
    public let commitCount: Int
    /// How many contents of files there are, and their bytes.
    public let contentCount: Int
    /// The bytes of all contents.
    public let contentByteCount: Int
    /// The bytes of the chunks that they are made of, each once.
    public let chunkByteCount: Int
    /// What is missing or not as its digest says, a line each.
    public let defects: [String]
  }

  /// Reads everything that there is and says what is not whole. Throws Y02.
  public func inventory() throws(Rejection) -> Inventory {
    try StorageFailure.telling {
      let defects = try contents.defects() + objectDefects()
      return try database.read { database in
        func number(_ sql: String) throws -> Int { try Int.fetchOne(database, sql: sql) ?? 0 }
        return Inventory(
          repositoryCount: try number("SELECT COUNT(*) FROM repository"),
          commitCount: try number("SELECT COUNT(*) FROM change"),
          contentCount: try number("SELECT COUNT(*) FROM content"),
          contentByteCount: try number("SELECT COALESCE(SUM(byteCount), 0) FROM content"),
          chunkByteCount: try number("SELECT COALESCE(SUM(byteCount), 0) FROM chunk"),
          defects: defects)
      }
    }
  }

  /// Removes what no branch, tag or pull request has a commit with, if it was stored before a time
  /// in seconds since 1970. Gives how many bytes were freed. Throws Y02.
  public func collectGarbage(storedBefore time: Int) throws(Rejection) -> Int {
    try StorageFailure.telling {
      let wanted = try database.write { database in
        let reach = try Reach(of: database, storedSince: time)
        // What hangs below something damaged is not known, so it could be lost.
        guard reach.missing.isEmpty else {
          throw Rejection(WeightHubServerRules.storage, reach.missing[0])
        }
        try reach.removeTheRest(in: database)
        return reach.contents
      }
      return try contents.removeAll(but: wanted, storedBefore: time)
    }
  }

  private func objectDefects() throws -> [String] {
    try database.read { database in
      let reach = try Reach(of: database, storedSince: .max)
      let stored = try ContentDigest.fetchSet(database, sql: "SELECT digest FROM content")
      return reach.missing
        + reach.contents.subtracting(stored).map { "content \($0.hex) is missing" }
    }
  }
}

/// Everything that references lead to, and what was committed lately.
private struct Reach {
  private(set) var changes: Set<ObjectID> = []
  private(set) var trees: Set<ObjectID> = []
  private(set) var blobs: Set<ObjectID> = []
  private(set) var contents: Set<ContentDigest> = []
  /// What is led to and not there, a line each.
  private(set) var missing: [String] = []

  init(of database: Database, storedSince time: Int) throws {
    let all = Dictionary(
      try Change.all(in: database).map { ($0.oid, $0) }, uniquingKeysWith: { first, _ in first })
    let targets = try ObjectID.fetchAll(database, sql: "SELECT DISTINCT target FROM reference")
    for target in targets + all.values.filter({ $0.created >= time }).map(\.oid) {
      var next: ObjectID? = target
      while let oid = next, changes.insert(oid).inserted {
        if let change = all[oid] {
          try follow(change.tree, database)
        } else {
          missing.append("commit \(oid.hex) is missing")
        }
        next = all[oid]?.parent
      }
    }
  }

  private mutating func follow(_ oid: ObjectID, _ database: Database) throws {
    guard trees.insert(oid).inserted else { return }
    guard let tree = try? GitTree.named(oid, in: database), tree.oid == oid else {
      missing.append("tree \(oid.hex) is missing or damaged")
      return
    }
    for entry in tree.entries {
      switch entry.node {
      case .folder(let oid): try follow(oid, database)
      case .file(let oid):
        guard blobs.insert(oid).inserted else { continue }
        if let blob = try? Blob.named(oid, in: database) {
          contents.insert(blob.content)
        } else {
          missing.append("blob \(oid.hex) is missing")
        }
      }
    }
  }

  /// Removes what nothing leads to; contents stay.
  func removeTheRest(in database: Database) throws {
    // Children go before their parents, which they name.
    try database.execute(sql: "PRAGMA defer_foreign_keys = ON")
    for oid in try ObjectID.fetchAll(database, sql: "SELECT oid FROM change")
    where !changes.contains(oid) {
      try database.execute(sql: "DELETE FROM ownChange WHERE change = ?", arguments: [oid])
      try database.execute(sql: "DELETE FROM change WHERE oid = ?", arguments: [oid])
    }
    for oid in try ObjectID.fetchAll(database, sql: "SELECT oid FROM tree")
    where !trees.contains(oid) {
      try database.execute(sql: "DELETE FROM tree WHERE oid = ?", arguments: [oid])
    }
    for oid in try ObjectID.fetchAll(database, sql: "SELECT oid FROM blob")
    where !blobs.contains(oid) {
      try database.execute(sql: "DELETE FROM blob WHERE oid = ?", arguments: [oid])
    }
  }
}
