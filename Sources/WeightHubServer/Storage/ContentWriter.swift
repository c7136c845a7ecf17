internal import Crypto
internal import GRDB
internal import Xet

/// Takes the bytes of contents, one after another, cuts them into chunks and writes those that are
/// new; `enter` makes all of them be there at once.
///
/// Unchecked because calls hop between threads, but one waits for the other.
final class ContentWriter: @unchecked Sendable {
  /// A chunk of a content; without a place it is there already, or earlier in this writer.
  struct Chunk: Sendable {
    let hash: ChunkDigest
    let byteCount: Int
    let place: PackPlace?
  }

  private let store: ContentStore
  private let pack: PackWriter
  private var seen: Set<ChunkDigest> = []
  private var finished: [(entry: ContentStore.Entry, chunks: [Chunk])] = []

  private var hash = SHA256()
  private var byteCount = 0
  private var chunker = ContentChunker()
  private var pending: [UInt8] = []
  private var chunks: [Chunk] = []

  init(_ store: ContentStore) {
    self.store = store
    pack = PackWriter(store.packs)
  }

  /// Adds bytes to the content.
  func append(_ bytes: UnsafeRawBufferPointer) throws {
    hash.update(bufferPointer: bytes)
    byteCount += bytes.count
    var rest = bytes[...]
    while !rest.isEmpty {
      let part = UnsafeRawBufferPointer(rebasing: rest)
      guard let boundary = chunker.nextBoundary(in: RawSpan(_unsafeBytes: part)) else {
        pending.append(contentsOf: part)
        return
      }
      if pending.isEmpty {
        try add(UnsafeRawBufferPointer(rebasing: part[..<boundary]))
      } else {
        pending.append(contentsOf: part[..<boundary])
        try addPending()
      }
      rest = rest.dropFirst(boundary)
    }
  }

  /// Ends the content; the next bytes are another's.
  func finishContent() throws -> ContentStore.Entry {
    if !pending.isEmpty { try addPending() }
    let entry = ContentStore.Entry(
      digest: ContentDigest(bytes: Array(hash.finalize())), byteCount: byteCount)
    finished.append((entry, chunks))
    (hash, byteCount, chunker, chunks) = (SHA256(), 0, ContentChunker(), [])
    return entry
  }

  private func addPending() throws {
    try pending.withUnsafeBytes { try add($0) }
    pending.removeAll(keepingCapacity: true)
  }

  private func add(_ bytes: UnsafeRawBufferPointer) throws {
    let hash = ChunkDigest(bytes: XetHash.chunk(RawSpan(_unsafeBytes: bytes)).bytes)
    let isNew = try seen.insert(hash).inserted && !store.hasChunk(hash)
    chunks.append(
      Chunk(
        hash: hash, byteCount: bytes.count, place: isNew ? try pack.append(bytes) : nil))
  }

  /// Makes all contents be there, or none. Whatever cannot be a part of the same transaction is to
  /// wait until this is done.
  func enter() throws {
    try pack.seal()
    try store.database.write { database in
      let chunks = finished.flatMap(\.chunks)
      try ContentStore.enter(packs: pack.packs, chunks, in: database)
      for (entry, chunks) in finished {
        try ContentStore.enter(entry, of: chunks, in: database)
      }
    }
    pack.keep()
  }
}

extension ContentStore {
  /// Whether a chunk is there.
  func hasChunk(_ hash: ChunkDigest) throws -> Bool {
    try database.unsafeRead { database in
      try Bool.fetchOne(
        database.cachedStatement(sql: "SELECT 1 FROM chunk WHERE hash = ?"), arguments: [hash])
        ?? false
    }
  }

  /// Writes the rows of packs; gives their ids.
  static func enter(packs: [PackWriter.Pack], in database: Database) throws -> [Int64] {
    try packs.map { pack in
      try database.execute(
        sql: "INSERT INTO pack (name, byteCount) VALUES (?, ?)",
        arguments: [pack.name, pack.byteCount])
      return database.lastInsertedRowID
    }
  }

  /// Writes the rows of packs and of the chunks that lie in them.
  static func enter(
    packs: [PackWriter.Pack], _ chunks: [ContentWriter.Chunk], in database: Database
  ) throws {
    let numbers = try enter(packs: packs, in: database)
    let statement = try database.cachedStatement(
      sql: """
        INSERT INTO chunk (hash, pack, start, byteCount) VALUES (?, ?, ?, ?)
        ON CONFLICT (hash) DO NOTHING
        """)
    for chunk in chunks {
      guard let place = chunk.place else { continue }
      try statement.execute(
        arguments: [chunk.hash, numbers[place.pack], place.start, chunk.byteCount])
    }
  }

  /// Writes the rows of a content, unless it is there already.
  static func enter(
    _ entry: Entry, of chunks: [ContentWriter.Chunk], in database: Database
  ) throws {
    // One that was just sent again is as new as any: what is old and unused is removed one day.
    try database.execute(
      sql: "UPDATE content SET created = unixepoch() WHERE digest = ?", arguments: [entry.digest])
    guard database.changesCount == 0 else { return }
    try database.execute(
      sql: "INSERT INTO content (digest, byteCount, created) VALUES (?, ?, unixepoch())",
      arguments: [entry.digest, entry.byteCount])
    let content = database.lastInsertedRowID
    let statement = try database.cachedStatement(
      sql: """
        INSERT INTO contentChunk (content, start, chunk)
        VALUES (?, ?, (SELECT id FROM chunk WHERE hash = ?))
        """)
    var start = 0
    for chunk in chunks {
      try statement.execute(arguments: [content, start, chunk.hash])
      start += chunk.byteCount
    }
  }
}

extension ContentWriter {
  /// Takes a content that is in memory as a whole.
  func content(_ bytes: [UInt8]) throws -> ContentStore.Entry {
    try bytes.withUnsafeBytes { try append($0) }
    return try finishContent()
  }
}
