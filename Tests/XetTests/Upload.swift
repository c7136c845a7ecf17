import Diagnostics
import TestSupport
import Testing
import Xet

/// What Xet's own client uploaded, and what it said of it.
struct Upload: CustomTestStringConvertible {
  struct File {
    let name: String
    let byteCount: Int
    let hash: XetHash
    let sha256: String
  }

  let name: String
  private(set) var files: [File] = []
  private(set) var xorbs: [XetHash] = []

  var testDescription: String { name }

  func shardBytes() throws -> [UInt8] { try Fixtures.bytes("xet/accepts/\(name).shard") }
  func xorbBytes() throws -> [UInt8] { try Fixtures.bytes("xet/accepts/\(name).xorb") }

  func shard() throws -> Shard {
    let bytes = try shardBytes()
    return try Shard(parsing: bytes.raw)
  }

  static func all() throws -> [Upload] {
    try lines().reduce(into: [Upload]()) { uploads, line in
      if uploads.last?.name != line[0] { uploads.append(Upload(name: line[0])) }
      let hash = try #require(XetHash(hex: line[3]))
      if line[1] == "xorb" {
        uploads[uploads.count - 1].xorbs.append(hash)
      } else {
        let byteCount = try #require(Int(line[2]))
        let file = File(name: line[1], byteCount: byteCount, hash: hash, sha256: line[4])
        uploads[uploads.count - 1].files.append(file)
      }
    }
  }

  static func named(_ name: String) throws -> Upload {
    try #require(try all().first { $0.name == name })
  }

  /// Those whose xorb is among the fixtures.
  static func withXorb() throws -> [Upload] {
    try all().filter { ["byte", "small", "layer", "tails", "log", "zeros"].contains($0.name) }
  }

  private static func lines() throws -> [[String]] {
    let text = String(decoding: try Fixtures.bytes("xet/accepts/uploads.txt"), as: UTF8.self)
    return text.split(separator: "\n").map { $0.split(separator: " ").map(String.init) }
  }

  /// The chunks of a run, from the listing of its xorb in whichever upload brought it.
  static func chunks(of segment: Shard.Segment) throws -> ArraySlice<Shard.ListedChunk> {
    let listed = try all().flatMap { try $0.shard().xorbs }
    let xorb = try #require(listed.first { $0.hash == segment.xorb })
    return xorb.chunks[segment.chunks]
  }

  static func chunks(of file: Shard.File) throws -> [Shard.ListedChunk] {
    try file.segments.flatMap { try chunks(of: $0) }
  }
}

extension [UInt8] {
  var raw: RawSpan {
    @_lifetime(borrow self)
    get { span.bytes }
  }

  /// The pieces that `nextBoundary` cuts, when so many bytes come at a time.
  func chunkByteCounts(pieceSize: Int = .max) -> [Int] {
    var chunker = ContentChunker()
    var (counts, start) = ([Int](), 0)
    while start < count {
      var piece = raw.extracting(start..<Swift.min(count, start + Swift.min(count, pieceSize)))
      start += piece.byteCount
      while case let collected = chunker.collectedByteCount,
        let boundary = chunker.nextBoundary(in: piece)
      {
        counts.append(collected + boundary)
        piece = piece.extracting(boundary...)
      }
    }
    return chunker.collectedByteCount > 0 ? counts + [chunker.collectedByteCount] : counts
  }

  /// The hashes of consecutive pieces.
  func chunkHashes(_ counts: [Int]) -> [XetHash] {
    var start = 0
    return counts.map { count in
      defer { start += count }
      return XetHash.chunk(raw.extracting(start..<(start + count)))
    }
  }
}

/// The id of the rule that `body` is rejected under, or nil if it is not.
func rejectedRule(_ body: () throws(Rejection) -> Void) -> String? {
  do throws(Rejection) { try body() } catch { return error.rule.id }
  return nil
}
