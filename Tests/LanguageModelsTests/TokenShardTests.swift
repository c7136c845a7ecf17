import Diagnostics
import LanguageModels
import TestSupport
import Testing

struct TokenShardTests {
  private let pattern = Fixtures.path("tokenizers/accepts/part_val_*.bin")

  private func shards(vocabularySize: Int = 10) throws -> TokenShards {
    try TokenShards(matching: pattern, vocabularySize: vocabularySize)
  }

  @Test func `shards are one row in the order of their names, without the sidecars`() throws {
    let shards = try shards()
    #expect(shards.shards.map(\.tokenCount) == [4, 0, 3])
    #expect(try shards.tokens(in: 0..<7) == [1, 5, 6, 7, 8, 1, 9])
    #expect(try shards.tokens(in: 3..<5) == [7, 8])
  }

  @Test func `a prefix has fewer tokens, which can be read again after they were let go`() throws {
    let prefix = try shards().prefix(5)
    #expect(prefix.tokenCount == 5)
    #expect(try prefix.tokens(in: 2..<5) == [6, 7, 8])
    prefix.forget(0..<5)
    #expect(try prefix.tokens(in: 0..<5) == [1, 5, 6, 7, 8])
  }

  @Test func `a token outside the vocabulary is rejected with its file and position`() throws {
    let path = Fixtures.path("tokenizers/rejects/V05-token.bin")
    let shards = try TokenShards(paths: [path], vocabularySize: 700)
    #expect(try shards.tokens(in: 0..<2) == [1, 2])
    let rejection = #expect(throws: Rejection.self) { try shards.tokens(in: 1..<4) }
    #expect(rejection?.rule.id == "V05")
    #expect(rejection?.place == Place(file: path, offset: 1028))
  }

  @Test(arguments: ["part_val_bytes_*.bin", "nothing*.bin"])
  func `a pattern without a shard is rejected`(name: String) {
    let rejection = #expect(throws: Rejection.self) {
      try TokenShards(
        matching: Fixtures.path("tokenizers/accepts/\(name)"), vocabularySize: 10)
    }
    #expect(rejection?.rule.id == "V04")
  }

  @Test func `a sidecar gives the bytes behind its tokens`() throws {
    let sidecar = try ByteCountSidecar(matching: pattern, for: shards())
    #expect(try sidecar.byteCount(of: 0..<7) == 513)
    #expect(try sidecar.byteCount(of: 1..<5) == 13)
  }

  @Test func `sidecars beside the shards are found by name, of all shards or of none`() throws {
    let found = try ByteCountSidecar(beside: shards())
    #expect(try found?.byteCount(of: 0..<7) == 513)
    let folder = try TemporaryFolder()
    let shard = try Fixtures.bytes("tokenizers/accepts/part_val_000000.bin")
    let paths = try (0..<2).map { try folder.write("x_\($0).bin", shard) }
    let copies = try TokenShards(paths: paths, vocabularySize: 10)
    #expect(try ByteCountSidecar(beside: copies) == nil)
    _ = try folder.write("x_bytes_1.bin", shard)
    let rejection = #expect(throws: Rejection.self) { try ByteCountSidecar(beside: copies) }
    #expect(rejection?.rule.id == "V06")
    #expect(rejection?.place.file == folder.path("x_bytes_0.bin"))
  }

  @Test func `a shard that is text is called that`() throws {
    let rejection = #expect(throws: Rejection.self) {
      try TokenShard(path: Fixtures.path("tokenizers/rejects/V01-text.bin"))
    }
    #expect(rejection?.message == "it holds text, not token ids")
  }

  @Test func `a sidecar of other lengths is rejected`() throws {
    let rejection = #expect(throws: Rejection.self) {
      try ByteCountSidecar(
        matching: Fixtures.path("tokenizers/rejects/V06_bytes_.bin"), for: shards())
    }
    #expect(rejection?.rule.id == "V06")
  }

  @Test func `a header with one byte changed is read or rejected`() throws {
    let original = try Fixtures.bytes("tokenizers/accepts/part_val_000000.bin")
    for position in 0..<16 {
      for mask: UInt8 in [0x01, 0x80, 0xff] {
        var bytes = original
        bytes[position] ^= mask
        let count = try? TokenShard.tokenCount(header: bytes.span.bytes)
        #expect(count == nil || position >= 12)
      }
    }
  }
}
