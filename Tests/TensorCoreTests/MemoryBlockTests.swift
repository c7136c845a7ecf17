import TensorCore
import Testing

struct MemoryBlockTests {
  private static let sizes = [0, 1, 63, 32_768, 32_769, 65_536, 100_000, 1_000_003]

  @Test(arguments: sizes)
  func `a block holds what was written, at an aligned address`(byteCount: Int) {
    let block = MemoryBlock(byteCount: byteCount) { target in
      #expect(target.count == byteCount)
      #expect(Int(bitPattern: target.baseAddress) % 64 == 0)
      for index in target.indices { target[index] = UInt8(truncatingIfNeeded: index) }
    }
    let bytes = block.bytes
    #expect(bytes.byteCount == byteCount)
    let copy = bytes.copied()
    #expect(copy.indices.allSatisfy { copy[$0] == UInt8(truncatingIfNeeded: $0) })
  }

  @Test func `blocks that live at once do not share memory`() {
    // Given back and taken again, of sizes that take each other's place.
    for round in 0..<3 {
      let blocks = (0..<8).map { index in
        MemoryBlock(byteCount: 40_000 + 16 * index) { target in
          for place in target.indices { target[place] = UInt8(8 * round + index) }
        }
      }
      for (index, block) in blocks.enumerated() {
        #expect(block.bytes.copied().allSatisfy { $0 == UInt8(8 * round + index) })
      }
    }
  }

  @Test func `a storage keeps its block`() throws {
    func storage() -> Storage {
      Storage(
        MemoryBlock(byteCount: 50_000) { target in
          for place in target.indices { target[place] = 7 }
        })
    }
    let kept = try #require(storage().slice(10..<20))
    // Would take the memory if the slice had let it go.
    let other = MemoryBlock(byteCount: 50_000) { target in
      for place in target.indices { target[place] = 9 }
    }
    #expect(kept.bytes.copied() == [UInt8](repeating: 7, count: 10))
    #expect(other.byteCount == 50_000)
  }
}
