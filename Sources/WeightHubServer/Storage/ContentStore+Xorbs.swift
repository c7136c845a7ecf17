internal import Crypto
internal import Diagnostics
internal import GRDB
internal import Xet

extension ContentStore {
  /// Stores what a client sent under a xorb's hash: its chunks, and which they are. Gives whether
  /// the xorb is a new one; throws X-rules for what is no xorb, and Y02.
  func enter(xorb bytes: [UInt8], named name: XetHash) throws -> Bool {
    let hash = ChunkDigest(bytes: name.bytes)
    if try hasXorb(hash) { return false }
    let pack = PackWriter(packs)
    let chunks = try chunks(of: bytes, named: name, to: pack)
    try database.write { database in
      try Self.enter(packs: pack.packs, chunks, in: database)
      try Self.enter(xorb: hash, chunks, in: database)
    }
    pack.keep()
    return true
  }

  private func hasXorb(_ hash: ChunkDigest) throws -> Bool {
    try database.read { database in
      try Bool.fetchOne(database, sql: "SELECT 1 FROM xorb WHERE hash = ?", arguments: [hash])
        ?? false
    }
  }

  private func chunks(
    of bytes: [UInt8], named name: XetHash, to pack: PackWriter
  ) throws -> [ContentWriter.Chunk] {
    var chunks: [ContentWriter.Chunk] = []
    var seen: Set<ChunkDigest> = []
    let xorb = try Xorb(parsing: bytes.span.bytes) { (chunk, xetHash) throws(Rejection) in
      let hash = ChunkDigest(bytes: xetHash.bytes)
      let isKnown = try StorageFailure.telling {
        try !seen.insert(hash).inserted || self.hasChunk(hash)
      }
      let place =
        isKnown
        ? nil : try chunk.withUnsafeBytes { (bytes) throws(Rejection) in try pack.append(bytes) }
      chunks.append(ContentWriter.Chunk(hash: hash, byteCount: chunk.byteCount, place: place))
    }
    guard xorb.hash == name else {
      throw Rejection(WeightHubServerRules.digest, "the xorb's chunks come to \(xorb.hash.hex)")
    }
    try pack.seal()
    return chunks
  }

  private static func enter(
    xorb hash: ChunkDigest, _ chunks: [ContentWriter.Chunk], in database: Database
  ) throws {
    try database.execute(
      sql: """
        INSERT INTO xorb (hash, created) VALUES (?, unixepoch()) ON CONFLICT (hash) DO NOTHING
        """, arguments: [hash])
    guard database.changesCount > 0 else { return }
    let xorb = database.lastInsertedRowID
    let statement = try database.cachedStatement(
      sql: """
        INSERT INTO xorbChunk (xorb, position, chunk)
        VALUES (?, ?, (SELECT id FROM chunk WHERE hash = ?))
        """)
    for (position, chunk) in chunks.enumerated() {
      try statement.execute(arguments: [xorb, position, chunk.hash])
    }
  }

  /// Puts a file of a shard together from chunks of xorbs, and stores it if its SHA-256 is the one
  /// that the shard says. Throws Y04 for a xorb that is not here, Y03 for a file that comes to
  /// something else.
  func enter(_ file: Shard.File) throws {
    let chunks = try chunks(of: file)
    let hashes = chunks.map(\.hash)
    let extents = try places(of: hashes)
    let entry = try self.entry(of: extents)
    guard let wanted = file.sha256, ContentDigest(bytes: wanted) == entry.digest else {
      throw Rejection(
        WeightHubServerRules.digest, "a file of the shard comes to SHA-256 \(entry.digest.hex)")
    }
    try database.write { try Self.enter(entry, of: chunks, in: $0) }
  }

  private func chunks(of file: Shard.File) throws -> [ContentWriter.Chunk] {
    let segments = file.segments
    return try database.read { try Self.chunks(of: segments, in: $0) }
  }

  private static func chunks(
    of segments: [Shard.Segment], in database: Database
  ) throws -> [ContentWriter.Chunk] {
    let statement = try database.cachedStatement(
      sql: """
        SELECT chunk.hash, chunk.byteCount FROM xorb JOIN xorbChunk ON xorbChunk.xorb = xorb.id
        JOIN chunk ON chunk.id = xorbChunk.chunk
        WHERE xorb.hash = ? AND position >= ? AND position < ? ORDER BY position
        """)
    var chunks: [ContentWriter.Chunk] = []
    for segment in segments {
      let rows = try Row.fetchAll(
        statement,
        arguments: [
          ChunkDigest(bytes: segment.xorb.bytes), segment.chunks.lowerBound,
          segment.chunks.upperBound,
        ])
      guard rows.count == segment.chunks.count else {
        throw Rejection(WeightHubServerRules.unknownXorb, "xorb \(segment.xorb.hex)")
      }
      chunks += rows.map { ContentWriter.Chunk(hash: $0[0], byteCount: $0[1], place: nil) }
    }
    return chunks
  }

  private func places(of chunks: [ChunkDigest]) throws -> [Extent] {
    try database.read { database in
      let statement = try database.cachedStatement(
        sql: """
          SELECT pack.name, chunk.start, chunk.byteCount FROM chunk
          JOIN pack ON pack.id = chunk.pack WHERE chunk.hash = ?
          """)
      return try chunks.compactMap { hash in
        try Row.fetchOne(statement, arguments: [hash]).map {
          Extent(pack: $0[0], start: $0[1], byteCount: $0[2])
        }
      }
    }
  }

  /// What some extents come to.
  func entry(of extents: [Extent]) throws -> Entry {
    let reader = PackReader(packs)
    var hash = SHA256()
    for extent in extents { hash.update(data: try reader.bytes(of: extent)) }
    return Entry(
      digest: ContentDigest(bytes: Array(hash.finalize())),
      byteCount: extents.reduce(0) { $0 + $1.byteCount })
  }
}
