internal import Diagnostics

/// Takes the entries of a shard one after another.
struct EntryReader {
  /// Where the next entry is.
  var position: Int

  /// An entry: a hash and four numbers.
  private struct Entry {
    let hash: XetHash
    let numbers: SIMD4<UInt32>
    let offset: Int

    init(of bytes: RawSpan, at offset: Int) {
      self.offset = offset
      hash = XetHash(of: bytes, at: offset)
      let start = offset + XetHash.byteCount
      numbers = SIMD4(
        bytes.uint32(at: start), bytes.uint32(at: start + 4), bytes.uint32(at: start + 8),
        bytes.uint32(at: start + 12))
    }
  }

  /// The next file; nil after the last.
  mutating func file(in bytes: RawSpan) throws(Rejection) -> Shard.File? {
    guard let header = try header(in: bytes) else { return nil }
    let (flags, count) = (header.numbers[0], Int(header.numbers[1]))
    guard flags & ~(ShardLayout.verificationFlag | ShardLayout.sha256Flag) == 0 else {
      throw Rejection(
        XetRules.shardFile, "unknown flags \(String(flags, radix: 16))",
        at: Place(offset: header.offset))
    }
    let isVerified = flags & ShardLayout.verificationFlag != 0
    let hasSHA256 = flags & ShardLayout.sha256Flag != 0
    try require(count * (isVerified ? 2 : 1) + (hasSHA256 ? 1 : 0), in: bytes)
    var segments: [Shard.Segment] = []
    segments.reserveCapacity(count)
    for _ in 0..<count { segments.append(try segment(next(in: bytes))) }
    if isVerified {
      for index in 0..<count { segments[index].verification = next(in: bytes).hash }
    }
    let sha256 = hasSHA256 ? next(in: bytes).hash.textOrder : nil
    return Shard.File(hash: header.hash, segments: segments, sha256: sha256)
  }

  private func segment(_ entry: Entry) throws(Rejection) -> Shard.Segment {
    let byteCount = Int(entry.numbers[1])
    let (start, end) = (Int(entry.numbers[2]), Int(entry.numbers[3]))
    let most = (end - start) * ContentChunker.maximumByteCount
    guard start < end, (end - start...most).contains(byteCount) else {
      throw Rejection(
        XetRules.shardFile, "\(byteCount) bytes in the chunks \(start) up to \(end)",
        at: Place(offset: entry.offset))
    }
    return Shard.Segment(xorb: entry.hash, byteCount: byteCount, chunks: start..<end)
  }

  /// The next xorb; nil after the last.
  mutating func xorb(in bytes: RawSpan) throws(Rejection) -> Shard.ListedXorb? {
    guard let header = try header(in: bytes) else { return nil }
    let (count, byteCount) = (Int(header.numbers[1]), Int(header.numbers[2]))
    try require(count, in: bytes)
    var chunks: [Shard.ListedChunk] = []
    chunks.reserveCapacity(count)
    var offset = 0
    for _ in 0..<count {
      let chunk = try chunk(next(in: bytes), expectedOffset: offset)
      offset += chunk.byteCount
      chunks.append(chunk)
    }
    guard count > 0, offset == byteCount else {
      throw Rejection(
        XetRules.shardXorb, "\(count) chunks with \(offset) bytes are to have \(byteCount)",
        at: Place(offset: header.offset))
    }
    return Shard.ListedXorb(
      hash: header.hash, chunks: chunks, storedByteCount: Int(header.numbers[3]))
  }

  private func chunk(
    _ entry: Entry, expectedOffset: Int
  ) throws(Rejection) -> Shard.ListedChunk {
    let (offset, byteCount) = (Int(entry.numbers[0]), Int(entry.numbers[1]))
    guard offset == expectedOffset, (1...ContentChunker.maximumByteCount).contains(byteCount) else {
      throw Rejection(
        XetRules.shardXorb, "a chunk of \(byteCount) bytes at \(offset), not at \(expectedOffset)",
        at: Place(offset: entry.offset))
    }
    return Shard.ListedChunk(
      hash: entry.hash, offset: offset, byteCount: byteCount,
      isOffered: entry.numbers[2] & ShardLayout.offeredFlag != 0)
  }

  /// The next entry, with which something begins; nil where it ends the section.
  private mutating func header(in bytes: RawSpan) throws(Rejection) -> Entry? {
    try require(1, in: bytes)
    let entry = next(in: bytes)
    guard entry.hash == ShardLayout.end else { return entry }
    guard entry.numbers == .zero else {
      throw Rejection(
        XetRules.shardLength, "the end of a section has counts", at: Place(offset: entry.offset))
    }
    return nil
  }

  /// Counts come from the file: what they announce must be there before memory is reserved for it.
  private func require(_ count: Int, in bytes: RawSpan) throws(Rejection) {
    let present = (bytes.byteCount - position) / ShardLayout.entryByteCount
    guard count <= present else {
      throw Rejection(
        XetRules.shardLength, "\(count) entries are to follow, \(present) do",
        at: Place(offset: position))
    }
  }

  private mutating func next(in bytes: RawSpan) -> Entry {
    defer { position += ShardLayout.entryByteCount }
    return Entry(of: bytes, at: position)
  }
}
