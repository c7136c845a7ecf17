internal import GRDB
internal import Xet

extension ContentStore {
  /// Removes packs that no row names: a process ended before it wrote one. Younger ones stay, and
  /// so they do after an older database was put in place of one that knew them.
  private func removeUnknownPacks(writtenBefore time: Int) throws {
    let known = try database.read { try String.fetchSet($0, sql: "SELECT name FROM pack") }
    for name in try packs.names() where !known.contains(name) {
      if let written = packs.time(of: name), written < time { packs.remove(name) }
    }
  }

  /// Reads every chunk and every content; gives what is not as its digest says.
  func defects() throws -> [String] {
    try chunkDefects() + contentDefects()
  }

  private func chunkDefects() throws -> [String] {
    try database.read { database in
      let rows = try Row.fetchCursor(
        database,
        sql: """
          SELECT chunk.hash, pack.name, chunk.start, chunk.byteCount FROM chunk
          JOIN pack ON pack.id = chunk.pack ORDER BY chunk.pack, chunk.start
          """)
      var defects: [String] = []
      let reader = PackReader(packs)
      while let row = try rows.next() {
        let hash: ChunkDigest = row[0]
        let extent = Extent(pack: row[1], start: row[2], byteCount: row[3])
        let bytes = try? reader.bytes(of: extent)
        guard bytes.map({ XetHash.chunk($0.span.bytes).bytes }) != hash.bytes else { continue }
        defects.append("chunk \(hash.hex) of pack \(extent.pack)")
      }
      return defects
    }
  }

  private func contentDefects() throws -> [String] {
    try database.read { database in
      let rows = try Row.fetchCursor(
        database, sql: "SELECT id, digest, byteCount FROM content ORDER BY id")
      var defects: [String] = []
      while let row = try rows.next() {
        let (digest, byteCount): (ContentDigest, Int) = (row[1], row[2])
        let extents = try Self.extents(of: row[0], 0..<byteCount, database)
        guard (try? entry(of: extents)) != Entry(digest: digest, byteCount: byteCount) else {
          continue
        }
        defects.append("content \(digest.hex)")
      }
      return defects
    }
  }

  /// Removes contents that are not among those that are wanted and were stored before a time, then
  /// chunks that no content has, then packs that have no chunk. Packs of which less than half is
  /// left are written again. Gives how many bytes were freed.
  func removeAll(but wanted: Set<ContentDigest>, storedBefore time: Int) throws -> Int {
    let before = try byteCountOfPacks()
    try database.write { database in
      for digest in try ContentDigest.fetchAll(
        database, sql: "SELECT digest FROM content WHERE created < ?", arguments: [time])
      where !wanted.contains(digest) {
        try database.execute(sql: "DELETE FROM content WHERE digest = ?", arguments: [digest])
      }
      try database.execute(sql: "DELETE FROM xorb WHERE created < ?", arguments: [time])
      try database.execute(
        sql: """
          DELETE FROM chunk WHERE id NOT IN (SELECT chunk FROM contentChunk)
          AND id NOT IN (SELECT chunk FROM xorbChunk)
          """)
      // Clients may believe that what was just removed is still here.
      try Setting.renew("instance", in: database)
    }
    for pack in try sparsePacks() { try rewrite(pack) }
    try removeEmptyPacks()
    try removeUnknownPacks(writtenBefore: time)
    return before - (try byteCountOfPacks())
  }

  private func byteCountOfPacks() throws -> Int {
    try database.read { database in
      try Int.fetchOne(database, sql: "SELECT COALESCE(SUM(byteCount), 0) FROM pack") ?? 0
    }
  }

  private func sparsePacks() throws -> [Int64] {
    try database.read { database in
      try Int64.fetchAll(
        database,
        sql: """
          SELECT pack.id FROM pack JOIN chunk ON chunk.pack = pack.id GROUP BY pack.id
          HAVING SUM(chunk.byteCount) * 2 < pack.byteCount
          """)
    }
  }

  /// Copies what is left of a pack to another one.
  private func rewrite(_ pack: Int64) throws {
    let rows = try database.read { database in
      try Row.fetchAll(
        database,
        sql: """
          SELECT chunk.id, pack.name, chunk.start, chunk.byteCount FROM chunk
          JOIN pack ON pack.id = chunk.pack WHERE pack.id = ? ORDER BY chunk.start
          """, arguments: [pack])
    }
    let (writer, reader) = (PackWriter(packs), PackReader(packs))
    var places: [(chunk: Int64, place: PackPlace)] = []
    for row in rows {
      let extent = Extent(pack: row[1], start: row[2], byteCount: row[3])
      let bytes = try reader.bytes(of: extent)
      places.append((row[0], try bytes.withUnsafeBytes { try writer.append($0) }))
    }
    try writer.seal()
    try database.write { database in
      let numbers = try Self.enter(packs: writer.packs, in: database)
      for (chunk, place) in places {
        try database.execute(
          sql: "UPDATE chunk SET pack = ?, start = ? WHERE id = ?",
          arguments: [numbers[place.pack], place.start, chunk])
      }
    }
    writer.keep()
  }

  private func removeEmptyPacks() throws {
    let names = try database.write { database in
      let sql = "FROM pack WHERE id NOT IN (SELECT pack FROM chunk)"
      let names = try String.fetchAll(database, sql: "SELECT name \(sql)")
      try database.execute(sql: "DELETE \(sql)")
      return names
    }
    for name in names { packs.remove(name) }
    try packs.synchronize()
  }
}
