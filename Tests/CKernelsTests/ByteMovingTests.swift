import CKernels
import Testing

@Suite struct ByteMovingTests {
  /// Runs `body` over a buffer of 0xEE that is one byte longer than it may write.
  func written(_ count: Int, _ body: (UnsafeMutablePointer<UInt8>) -> Void) -> [UInt8] {
    var bytes = [UInt8](repeating: 0xEE, count: count + 1)
    bytes.withUnsafeMutableBufferPointer { $0.baseAddress.map(body) }
    return bytes
  }

  @Test(arguments: instructionSets)
  func `planes taken apart interleave to the original`(isa: String) {
    for length in Array(lengths) + [127, 128, 129, 1001] {
      let original: [UInt8] = randomBits(length)
      let even = stride(from: 0, to: length, by: 2).map { original[$0] }
      let odd = stride(from: 1, to: length, by: 2).map { original[$0] }
      let joined = written(length) { kernels(isa).unshuffle2($0, even, odd, length) }
      #expect(joined == original + [0xEE])
    }
  }

  @Test(arguments: instructionSets, [1, 2, 3, 4, 8, 16])
  func `swapping reverses the bytes of each element`(isa: String, width: Int) {
    for count in lengths {
      let bytes: [UInt8] = randomBits(count * width)
      let swapped = withUnaligned(bytes) { from in
        written(bytes.count) { kernels(isa).swap_bytes($0, from, width, count) }
      }
      let expected = (0..<count).flatMap { bytes[$0 * width..<($0 + 1) * width].reversed() }
      #expect(swapped == expected + [0xEE])
    }
  }

  @Test(arguments: instructionSets, [1, 2, 3, 4, 8, 16])
  func `gathering takes an element at every stride`(isa: String, size: Int) {
    let bytes: [UInt8] = randomBits(4096)
    for (stride, first) in [(size, 0), (37, 1), (0, 5), (-size, 4000), (-41, 4001)] {
      let gathered = bytes.withUnsafeBytes { raw in
        written(67 * size) {
          kernels(isa).gather($0, raw.baseAddress.map { $0 + first }, size, 67, stride)
        }
      }
      let expected = (0..<67).flatMap { bytes[first + $0 * stride..<first + $0 * stride + size] }
      #expect(gathered == expected + [0xEE])
    }
  }

  @Test func `no bytes need no memory`() {
    birdie_unshuffle2(nil, nil, nil, 0)
    birdie_swap_bytes(nil, nil, 8, 0)
    birdie_gather(nil, nil, 4, 0, -4)
    birdie_f16_to_f32(nil, nil, 0)
    birdie_f32_to_bf16(nil, nil, 0)
    birdie_add_f32(nil, nil, nil, 0)
  }
}
