import Testing
import Xet

struct ContentChunkerTests {
  @Test(arguments: [1, 63, 64, 65, 1000, 8127, 8128, 8191, 8192, 8193, 65_536, 131_072, 250_000])
  func `cuts do not depend on how the content comes in`(pieceSize: Int) {
    let content = UploadContent.bytes(of: "log") + UploadContent.bytes(of: "noise")
    #expect(content.chunkByteCounts(pieceSize: pieceSize) == content.chunkByteCounts())
  }

  @Test func `content without a match is cut at 128 KiB`() {
    let content = [UInt8](repeating: 0, count: 300_000)
    #expect(content.chunkByteCounts() == [131_072, 131_072, 37_856])
    #expect(content.chunkByteCounts(pieceSize: 131_072) == [131_072, 131_072, 37_856])
    #expect(content.chunkByteCounts(pieceSize: 4093) == [131_072, 131_072, 37_856])
  }

  @Test func `only the last chunk is shorter than 8 KiB`() {
    let counts = UploadContent.bytes(of: "weights").chunkByteCounts()
    #expect(counts.count > 8)
    #expect(counts.dropLast().allSatisfy { (8192...131_072).contains($0) })
  }

  @Test func `a span that ends with its chunk leaves nothing behind`() {
    let content = UploadContent.bytes(of: "first")
    let counts = content.chunkByteCounts()
    var chunker = ContentChunker()
    let first = content.raw.extracting(..<counts[0])
    #expect(chunker.nextBoundary(in: first) == counts[0])
    #expect(chunker.collectedByteCount == 0)
    let nothing = chunker.nextBoundary(in: first.extracting(counts[0]...))
    #expect(nothing == nil)
    #expect(chunker.collectedByteCount == 0)
  }
}
