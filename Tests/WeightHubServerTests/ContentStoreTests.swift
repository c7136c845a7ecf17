import Diagnostics
import GRDB
import Glibc
import TestSupport
import Testing
import Xet

@testable import WeightHubServer

/// What is stored comes back, once, and nothing that is wanted goes.
struct ContentStoreTests {
  private let folder: TemporaryFolder
  private let hub: Hub

  init() throws {
    folder = try TemporaryFolder()
    hub = try Hub(root: folder.path("hub"))
  }

  /// Bytes without a pattern (SplitMix64).
  private func noise(_ count: Int, seed: UInt64) -> [UInt8] {
    var state = seed
    var bytes: [UInt8] = []
    bytes.reserveCapacity(count + 8)
    while bytes.count < count {
      state &+= 0x9E37_79B9_7F4A_7C15
      var word = state
      word = (word ^ word >> 30) &* 0xBF58_476D_1CE4_E5B9
      word = (word ^ word >> 27) &* 0x94D0_49BB_1331_11EB
      word ^= word >> 31
      withUnsafeBytes(of: word.littleEndian) { bytes.append(contentsOf: $0) }
    }
    return Array(bytes[..<count])
  }

  private func store(_ contents: [[UInt8]]) throws -> [ContentStore.Entry] {
    let writer = ContentWriter(hub.contents)
    let entries = try contents.map { try writer.content($0) }
    try writer.enter()
    return entries
  }

  private func bytes(_ entry: ContentStore.Entry, _ range: Range<Int>) throws -> [UInt8]? {
    let reader = PackReader(hub.contents.packs)
    return try hub.contents.extents(of: entry.digest, range)?
      .flatMap { try reader.bytes(of: $0) }
  }

  private func packByteCount() throws -> Int {
    try folder.files(in: "hub/packs").reduce(0) { try $0 + folder.bytes("hub/packs/\($1)").count }
  }

  @Test(arguments: [0, 1, 8_191, 300_000])
  func `a content comes back`(count: Int) async throws {
    let content = noise(count, seed: 1)
    let entry = try store([content])[0]
    #expect(entry.byteCount == count)
    #expect(try bytes(entry, 0..<count) == content)
  }

  @Test(arguments: [0..<1, 65_000..<66_000, 0..<300_000, 299_999..<300_000, 150_000..<150_000])
  func `a part of a content comes back`(range: Range<Int>) async throws {
    let content = noise(300_000, seed: 2)
    let entry = try store([content])[0]
    #expect(try bytes(entry, range) == Array(content[range]))
  }

  @Test func `what two contents share is stored once`() throws {
    let content = noise(600_000, seed: 3)
    let changed = content[..<200_000] + [7] + content[200_000...]
    _ = try store([content])
    let before = try packByteCount()
    let entry = try store([Array(changed)])[0]
    #expect(try packByteCount() - before < 300_000)
    #expect(try bytes(entry, 0..<entry.byteCount) == Array(changed))
    let again = try store([content, content])
    #expect(again[0] == again[1])
    #expect(try packByteCount() - before < 300_000)
  }

  @Test func `what was not entered leaves nothing`() throws {
    do {
      let writer = ContentWriter(hub.contents)
      _ = try writer.content(noise(100_000, seed: 4))
      #expect(folder.names(in: "hub/packs").count == 1)
      withExtendedLifetime(writer) {}
    }
    #expect(folder.names(in: "hub/packs").isEmpty)
  }

  @Test func `a second process does not get the folder`() throws {
    #expect(rule { () throws(Rejection) in _ = try Hub(root: folder.path("hub")) } == "Y06")
  }

  @Test func `a folder of something else is left alone`() throws {
    _ = try folder.makeFolder("other")
    try folder.write("other/file", [1])
    #expect(rule { () throws(Rejection) in _ = try Hub(root: folder.path("other")) } == "Y01")
    #expect(folder.names(in: "other") == ["file"])
  }

  @Test func `a folder that cannot be made is an error of the disk`() throws {
    let root = try folder.write("file", [1]) + "/hub"
    #expect(rule { () throws(Rejection) in _ = try Hub(root: root) } == "Y02")
  }

  @Test(arguments: [(ENOSPC, "Y10"), (EDQUOT, "Y10"), (EIO, "Y02"), (EACCES, "Y02")])
  func `a disk without room is told from a broken one`(code: Int32, wanted: String) {
    errno = code
    let error = StorageFailure.rejection("cannot write", "x")
    #expect(error.rule.id == wanted)
    #expect(error.rule.status == .inputOutput)
  }

  @Test func `a database without room is told from a broken one`() {
    let rules = [ResultCode.SQLITE_FULL, .SQLITE_IOERR].map {
      StorageFailure.rejection(DatabaseError(resultCode: $0)).rule
    }
    #expect(rules == [WeightHubServerRules.fullDisk, WeightHubServerRules.storage])
  }

  /// The rule that some work breaks.
  private func rule(_ work: () throws(Rejection) -> Void) -> String? {
    do throws(Rejection) {
      try work()
      return nil
    } catch { return error.rule.id }
  }

  // MARK: Xorbs

  /// What Xet's own client called the xorb of its file of one byte.
  private let name = XetHash(
    hex: "87f094a9408cd6e079f03501cc307582b29b63ad7a694aed6be016c64304554c")

  // Spans live in functions that wait for nothing.
  private func file(ofShard name: String) throws -> Shard.File {
    let bytes = try Fixtures.bytes("xet/accepts/\(name).shard")
    let shard = try Shard(parsing: bytes.span.bytes)
    return try #require(shard.files.first)
  }

  @Test func `a xorb of another hash is refused, and nothing of it is kept`() throws {
    let bytes = try Fixtures.bytes("xet/accepts/small.xorb")
    let name = try #require(name)
    let error = #expect(throws: Rejection.self) {
      try hub.contents.enter(xorb: bytes, named: name)
    }
    #expect(error?.rule == WeightHubServerRules.digest)
    #expect(folder.names(in: "hub/packs").isEmpty)
  }

  @Test func `a file of a xorb that is not here is refused`() throws {
    let file = try file(ofShard: "byte")
    let error = #expect(throws: Rejection.self) { try hub.contents.enter(file) }
    #expect(error?.rule == WeightHubServerRules.unknownXorb)
  }

  @Test func `a file of a xorb is there once both are`() throws {
    let name = try #require(name)
    let bytes = try Fixtures.bytes("xet/accepts/byte.xorb")
    #expect(try hub.contents.enter(xorb: bytes, named: name))
    try hub.contents.enter(file(ofShard: "byte"))
    // `B`, by sha256sum.
    let digest = try #require(
      ContentDigest(hex: "df7e70e5021544f4834bbee64a9e3789febc4be81470df629cad6ddb03320a5c"))
    let entry = ContentStore.Entry(digest: digest, byteCount: 1)
    #expect(try self.bytes(entry, 0..<1) == [0x42])
  }

  @Test func `garbage goes, and what is wanted stays`() throws {
    let kept = noise(200_000, seed: 5)
    let entries = try store([kept, noise(900_000, seed: 6)])
    let freed = try hub.contents.removeAll(but: [entries[0].digest], storedBefore: .max)
    #expect(freed > 800_000)
    #expect(try bytes(entries[0], 0..<200_000) == kept)
    #expect(try bytes(entries[1], 0..<10) == nil)
    #expect(try hub.contents.defects().isEmpty)
  }

  @Test func `young garbage may belong to an upload`() throws {
    let entry = try store([noise(100_000, seed: 7)])[0]
    _ = try hub.contents.removeAll(but: [], storedBefore: 0)
    #expect(try bytes(entry, 0..<10) != nil)
  }

  @Test func `a damaged pack is found`() throws {
    let entry = try store([noise(200_000, seed: 8)])[0]
    let pack = try #require(try folder.files(in: "hub/packs").first)
    var bytes = try folder.bytes("hub/packs/\(pack)")
    bytes[100_000] ^= 1
    try folder.write("hub/packs/\(pack)", bytes)
    let defects = try hub.contents.defects()
    #expect(defects.contains { $0.hasPrefix("chunk ") })
    #expect(defects.contains("content \(entry.digest.hex)"))
  }
}

extension TemporaryFolder {
  /// The names in a folder inside.
  fileprivate func files(in name: String) throws -> [String] {
    try PackFolder(path: path(name)).names().map { $0 + ".pack" }
  }
}
