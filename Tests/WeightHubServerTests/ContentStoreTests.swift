import Diagnostics
import TestSupport
import Testing

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

  private func store(_ contents: [[UInt8]]) async throws -> [ContentStore.Entry] {
    let writer = ContentWriter(hub.contents)
    let entries = try contents.map { try writer.content($0) }
    try await writer.enter()
    return entries
  }

  private func bytes(_ entry: ContentStore.Entry, _ range: Range<Int>) async throws -> [UInt8]? {
    let reader = PackReader(hub.contents.packs)
    return try await hub.contents.extents(of: entry.digest, range)?
      .flatMap { try reader.bytes(of: $0) }
  }

  private func packByteCount() throws -> Int {
    try folder.files(in: "hub/packs").reduce(0) { try $0 + folder.bytes("hub/packs/\($1)").count }
  }

  @Test(arguments: [0, 1, 8_191, 300_000])
  func `a content comes back`(count: Int) async throws {
    let content = noise(count, seed: 1)
    let entry = try await store([content])[0]
    #expect(entry.byteCount == count)
    #expect(try await bytes(entry, 0..<count) == content)
  }

  @Test(arguments: [0..<1, 65_000..<66_000, 0..<300_000, 299_999..<300_000, 150_000..<150_000])
  func `a part of a content comes back`(range: Range<Int>) async throws {
    let content = noise(300_000, seed: 2)
    let entry = try await store([content])[0]
    #expect(try await bytes(entry, range) == Array(content[range]))
  }

  @Test func `what two contents share is stored once`() async throws {
    let content = noise(600_000, seed: 3)
    let changed = content[..<200_000] + [7] + content[200_000...]
    _ = try await store([content])
    let before = try packByteCount()
    let entry = try await store([Array(changed)])[0]
    #expect(try packByteCount() - before < 300_000)
    #expect(try await bytes(entry, 0..<entry.byteCount) == Array(changed))
    let again = try await store([content, content])
    #expect(again[0] == again[1])
    #expect(try packByteCount() - before < 300_000)
  }

  @Test func `what was not entered leaves nothing`() async throws {
    do {
      let writer = ContentWriter(hub.contents)
      _ = try writer.content(noise(100_000, seed: 4))
    }
    #expect(try folder.files(in: "hub/packs").isEmpty)
  }

  @Test func `a second process does not get the folder`() throws {
    #expect(throws: Rejection.self) { try Hub(root: folder.path("hub")) }
  }

  @Test func `a folder of something else is left alone`() throws {
    _ = try folder.makeFolder("other")
    try folder.write("other/file", [1])
    do throws(Rejection) {
      _ = try Hub(root: folder.path("other"))
      Issue.record("it was taken")
    } catch { #expect(error.rule == WeightHubServerRules.foreignFolder) }
  }

  @Test func `garbage goes, and what is wanted stays`() async throws {
    let kept = noise(200_000, seed: 5)
    let entries = try await store([kept, noise(900_000, seed: 6)])
    let freed = try hub.contents.removeAll(but: [entries[0].digest], storedBefore: .max)
    #expect(freed > 800_000)
    #expect(try await bytes(entries[0], 0..<200_000) == kept)
    #expect(try await bytes(entries[1], 0..<10) == nil)
    #expect(try hub.contents.defects().isEmpty)
  }

  @Test func `young garbage may belong to an upload`() async throws {
    let entry = try await store([noise(100_000, seed: 7)])[0]
    _ = try hub.contents.removeAll(but: [], storedBefore: 0)
    #expect(try await bytes(entry, 0..<10) != nil)
  }

  @Test func `a damaged pack is found`() async throws {
    let entry = try await store([noise(200_000, seed: 8)])[0]
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
