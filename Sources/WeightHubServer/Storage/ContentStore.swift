internal import GRDB
internal import NIOPosix

/// The contents of files: sequences of chunks, of which each is stored once, in pack files.
///
/// A content is there when its row is: packs are on the disk before it is written; those that no
/// row names are leftovers.
final class ContentStore: Sendable {
  /// The tables that say what is where.
  let database: DatabasePool
  /// Where chunks are.
  let packs: PackFolder

  init(_ database: DatabasePool, _ packs: PackFolder) {
    self.database = database
    self.packs = packs
  }

  /// What a content is called and how long it is.
  struct Entry: Sendable, Equatable {
    let digest: ContentDigest
    let byteCount: Int
  }

  /// A part of a pack file.
  struct Extent: Sendable {
    let pack: String
    var start: Int
    var byteCount: Int
  }

  /// Whether a content is there, and how long it is.
  func byteCount(of digest: ContentDigest) throws -> Int? {
    try database.read { database in
      try Int.fetchOne(
        database, sql: "SELECT byteCount FROM content WHERE digest = ?", arguments: [digest])
    }
  }

  /// Where the bytes of a range of a content are, in order; chunks that follow each other are one
  /// extent. Nil where there is no such content.
  func extents(of digest: ContentDigest, _ range: Range<Int>) throws -> [Extent]? {
    try database.read { database in
      guard
        let content = try Int64.fetchOne(
          database, sql: "SELECT id FROM content WHERE digest = ?", arguments: [digest])
      else { return nil }
      return try Self.extents(of: content, range, database)
    }
  }

  static func extents(
    of content: Int64, _ range: Range<Int>, _ database: Database
  ) throws -> [Extent] {
    // The chunk before the first one that begins in the range may reach into it.
    let rows = try Row.fetchCursor(
      database,
      sql: """
        SELECT contentChunk.start, pack.name, chunk.start, chunk.byteCount FROM contentChunk
        JOIN chunk ON chunk.id = contentChunk.chunk JOIN pack ON pack.id = chunk.pack
        WHERE contentChunk.content = ?1 AND contentChunk.start < ?2 AND contentChunk.start >= (
          SELECT COALESCE(MAX(start), 0) FROM contentChunk WHERE content = ?1 AND start <= ?3)
        ORDER BY contentChunk.start
        """, arguments: [content, range.upperBound, range.lowerBound])
    var extents: [Extent] = []
    while let row = try rows.next() {
      let (place, pack, start, count): (Int, String, Int, Int) = (row[0], row[1], row[2], row[3])
      let lower = max(range.lowerBound - place, 0)
      let upper = min(range.upperBound - place, count)
      guard lower < upper else { continue }
      if let last = extents.last, last.pack == pack, last.start + last.byteCount == start + lower {
        extents[extents.count - 1].byteCount += upper - lower
      } else {
        extents.append(Extent(pack: pack, start: start + lower, byteCount: upper - lower))
      }
    }
    return extents
  }

  /// Runs work that waits for the disk where no request waits for it.
  func offload<Value: Sendable>(_ work: @escaping @Sendable () throws -> Value) async throws
    -> Value
  {
    try await NIOThreadPool.singleton.runIfActive(work)
  }
}
