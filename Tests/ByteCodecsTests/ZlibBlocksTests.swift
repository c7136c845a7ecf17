import ByteCodecs
import Testing

struct ZlibBlocksTests {
  /// A stream of all blocks, and what decoding gives.
  private func restored(_ bytes: [UInt8]) throws -> [UInt8] {
    var blocks: [ZlibBlocks.Block] = []
    for index in 0..<ZlibBlocks.count(bytes.count) {
      blocks.append(try ZlibBlocks.compress(bytes.span.bytes, block: index))
    }
    let stream = ZlibBlocks.stream(blocks)
    var restored: [UInt8] = []
    try Zlib.decode(stream.span.bytes, limits: DecodeLimits()) { part in
      part.withUnsafeBytes { restored += $0 }
    }
    return restored
  }

  @Test(arguments: [0, 1, 1000, 1 << 18, 1 << 18 + 1, 3 << 18])
  func `blocks decode to what was compressed`(count: Int) throws {
    let bytes = [UInt8](unsafeUninitializedCapacity: count) { target, filled in
      for index in 0..<count { target[index] = UInt8(truncatingIfNeeded: index * index >> 7) }
      filled = count
    }
    #expect(try restored(bytes) == bytes)
  }
}
