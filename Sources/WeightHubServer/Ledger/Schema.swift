internal import GRDB

/// The tables of a Hub, and how older ones become those of today.
enum Schema {
  /// Every change of the tables since the first version, in order; one that was released stays.
  static var migrator: DatabaseMigrator {
    var migrator = DatabaseMigrator()
    migrator.registerMigration("1") { database in
      for statement in storage + objects + repositories { try database.execute(sql: statement) }
    }
    return migrator
  }

  /// Contents are sequences of chunks; chunks lie in pack files.
  private static let storage = [
    "CREATE TABLE setting (key TEXT PRIMARY KEY, value TEXT NOT NULL)",
    """
    CREATE TABLE pack (
      id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, byteCount INTEGER NOT NULL)
    """,
    """
    CREATE TABLE chunk (
      id INTEGER PRIMARY KEY, hash BLOB NOT NULL UNIQUE,
      pack INTEGER NOT NULL REFERENCES pack(id), start INTEGER NOT NULL,
      byteCount INTEGER NOT NULL)
    """,
    """
    CREATE TABLE content (
      id INTEGER PRIMARY KEY, digest BLOB NOT NULL UNIQUE, byteCount INTEGER NOT NULL,
      created INTEGER NOT NULL)
    """,
    """
    CREATE TABLE contentChunk (
      content INTEGER NOT NULL REFERENCES content(id) ON DELETE CASCADE, start INTEGER NOT NULL,
      chunk INTEGER NOT NULL REFERENCES chunk(id), PRIMARY KEY (content, start)) WITHOUT ROWID
    """,
    "CREATE INDEX contentChunkByChunk ON contentChunk(chunk)",
    "CREATE INDEX chunkByPack ON chunk(pack)",
    """
    CREATE TABLE xorb (
      id INTEGER PRIMARY KEY, hash BLOB NOT NULL UNIQUE, created INTEGER NOT NULL)
    """,
    """
    CREATE TABLE xorbChunk (
      xorb INTEGER NOT NULL REFERENCES xorb(id) ON DELETE CASCADE, position INTEGER NOT NULL,
      chunk INTEGER NOT NULL REFERENCES chunk(id), PRIMARY KEY (xorb, position)) WITHOUT ROWID
    """,
    "CREATE INDEX xorbChunkByChunk ON xorbChunk(chunk)",
  ]

  /// Git's objects, by its names.
  private static let objects = [
    """
    CREATE TABLE blob (
      oid BLOB PRIMARY KEY, content BLOB NOT NULL REFERENCES content(digest),
      byteCount INTEGER NOT NULL, pointerByteCount INTEGER) WITHOUT ROWID
    """,
    "CREATE TABLE tree (oid BLOB PRIMARY KEY, body BLOB NOT NULL) WITHOUT ROWID",
    """
    CREATE TABLE change (
      oid BLOB PRIMARY KEY, parent BLOB REFERENCES change(oid), tree BLOB NOT NULL
        REFERENCES tree(oid),
      title TEXT NOT NULL, message TEXT NOT NULL, author TEXT NOT NULL, created INTEGER NOT NULL)
      WITHOUT ROWID
    """,
    "CREATE INDEX blobByContent ON blob(content)",
    "CREATE INDEX changeByParent ON change(parent)",
    "CREATE INDEX changeByTree ON change(tree)",
  ]

  private static let repositories = [
    """
    CREATE TABLE repository (
      id INTEGER PRIMARY KEY, kind TEXT NOT NULL, namespace TEXT NOT NULL, name TEXT NOT NULL,
      isPrivate INTEGER NOT NULL, created INTEGER NOT NULL, modified INTEGER NOT NULL,
      UNIQUE (kind, namespace, name))
    """,
    """
    CREATE TABLE reference (
      repository INTEGER NOT NULL REFERENCES repository(id) ON DELETE CASCADE,
      name TEXT NOT NULL, target BLOB NOT NULL REFERENCES change(oid),
      PRIMARY KEY (repository, name)) WITHOUT ROWID
    """,
    """
    CREATE TABLE ownChange (
      repository INTEGER NOT NULL REFERENCES repository(id) ON DELETE CASCADE,
      change BLOB NOT NULL REFERENCES change(oid), PRIMARY KEY (repository, change)) WITHOUT ROWID
    """,
    "CREATE INDEX referenceByTarget ON reference(target)",
    "CREATE INDEX ownChangeByChange ON ownChange(change)",
    """
    CREATE TABLE discussion (
      repository INTEGER NOT NULL REFERENCES repository(id) ON DELETE CASCADE,
      number INTEGER NOT NULL, isPullRequest INTEGER NOT NULL, title TEXT NOT NULL,
      description TEXT NOT NULL, author TEXT NOT NULL, status TEXT NOT NULL,
      created INTEGER NOT NULL, PRIMARY KEY (repository, number)) WITHOUT ROWID
    """,
  ]
}
