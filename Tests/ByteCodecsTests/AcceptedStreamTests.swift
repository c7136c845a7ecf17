import ByteCodecs
import Testing
import TestSupport

struct AcceptedStreamTests {
  @Test(arguments: [
    ("zlib", ["zlib"]), ("zstd", ["zstd"]), ("zstd-check", ["zstd"]), ("xz", ["xz"]),
    ("xz-preset9", ["xz"]), ("brotli", ["brotli"]), ("brotli-window24", ["brotli"]),
    ("lrzip-zpaq1", ["lrzip"]), ("lrzip-zpaq2", ["lrzip"]), ("lrzip-zpaq3", ["lrzip"]),
    ("lrzip-stored", ["lrzip"]), ("tag-zstd", ["zstd"]), ("tag-zlib", ["zlib"]),
    ("method-xz", ["xz"]), ("method-brotli", ["brotli"]), ("method-zstd", ["zstd"]),
    ("brotli-bshf5", ["brotli", "byte-shuffle"]), ("xz-bshf6-little", ["xz", "byte-shuffle"]),
    ("brotli-bshf6-big", ["brotli", "byte-shuffle"]), ("bshf5-stride3", ["byte-shuffle"]),
    ("bshf5-stride64", ["byte-shuffle"]), ("plain", []),
  ])
  func `a stream gives the bytes that its own tool was fed`(
    name: String, layers: [String]
  ) throws {
    let artifact = try UnwrappedArtifact(Fixtures.bytes("compressed/accepts/\(name).bin"))
    #expect(artifact.layers == layers)
    #expect(try artifact.content == Fixtures.bytes("compressed/accepts/plain.bin"))
  }

  @Test func `every accepted fixture is named above`() throws {
    #expect(try Fixtures.names(in: "compressed/accepts").count == 22)
  }

  @Test(arguments: [
    ("brotli", true), ("brotli-bshf5", true), ("method-brotli", false), ("zlib", false),
  ])
  func `only brotli without a method byte is a guess`(name: String, isGuess: Bool) throws {
    let artifact = try UnwrappedArtifact(Fixtures.bytes("compressed/accepts/\(name).bin"))
    #expect(artifact.isGuess == isGuess)
  }

  @Test func `brotli that holds neither a zip nor shuffled bytes is taken for nothing`() throws {
    let bytes = try Fixtures.bytes("compressed/rejects/C04-text.bin")
    #expect(try Unwrapping.nextStep(bytes.raw, depth: 0).map(\.name) == nil)
  }

  @Test func `the header of lrzip announces the size of its output`() throws {
    let bytes = try Fixtures.bytes("compressed/accepts/lrzip-zpaq3.bin")
    let plain = try Fixtures.bytes("compressed/accepts/plain.bin")
    #expect(try Lrzip.announcedSize(of: bytes.raw) == plain.count)
  }

  @Test func `a container of three streams gives their ranges`() throws {
    let bytes = Array("PGRP".utf8) + [3, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 7, 8, 9]
    #expect(try PerGroupContainer.parse(bytes.raw) == [20..<22, 22..<22, 22..<23])
  }
}
