import CKernels
import Testing

@Suite struct BLAKE3Tests {
  static let key = Array("whats the Elvish word for friend".utf8)
  /// What the vectors' inputs are the starts of.
  static let input = (0..<102_400).map { UInt8($0 % 251) }

  func digest(_ bytes: some Collection<UInt8>, key: [UInt8]? = nil) -> [UInt8] {
    var digest = [UInt8](repeating: 0, count: 32)
    birdie_blake3_digest(key, Array(bytes), bytes.count, &digest)
    return digest
  }

  /// The digest of the input given in pieces.
  func digest(_ bytes: [UInt8], pieceSize: Int) -> [UInt8] {
    var hash = birdie_blake3()
    birdie_blake3_init(&hash, nil)
    for start in stride(from: 0, to: bytes.count, by: pieceSize) {
      let piece = Array(bytes[start..<min(start + pieceSize, bytes.count)])
      birdie_blake3_update(&hash, piece, piece.count)
    }
    var digest = [UInt8](repeating: 0, count: 32)
    birdie_blake3_final(&hash, &digest)
    return digest
  }

  @Test func `the authors' inputs have the authors' hashes, with a key and without`() throws {
    var golden = try GoldenBytes("blake3.bin")
    #expect(golden.count == 35 * 68)
    while golden.count > 0 {
      let input = Self.input[..<Int(golden.next(1, UInt32.self)[0])]
      #expect(digest(input) == golden.next(32, UInt8.self))
      #expect(digest(input, key: Self.key) == golden.next(32, UInt8.self))
    }
  }

  @Test(arguments: [1, 63, 64, 1023, 1024, 1025, 2048, 5000, 66_000])
  func `an input that comes in pieces has the hash of the whole`(pieceSize: Int) {
    // Around the ends of chunks, of batches of chunks and of whole trees.
    for length in [1, 1024, 1025, 3072, 8193, 65_536, 65_537, 70_001] where length >= pieceSize {
      let input = Array(Self.input[..<length])
      #expect(digest(input, pieceSize: pieceSize) == digest(input))
    }
  }

  @Test(arguments: fasterInstructionSets)
  func `chunks have the values that the portable function gives`(isa: String) {
    let chunks: [UInt8] = randomBits(1024 * 19)
    let key: [UInt32] = randomBits(8)
    for count in 0...19 {
      // The counter passes 2^32 on the way.
      let counter = UInt64(UInt32.max) - 4
      var expected = [UInt32](repeating: 7, count: 8 * 20)
      var values = expected
      withUnaligned(chunks) { from in
        let from = from.assumingMemoryBound(to: UInt8.self)
        portable.blake3_chunks(&expected, from, count, key, counter, 16)
        kernels(isa).blake3_chunks(&values, from, count, key, counter, 16)
      }
      #expect(values == expected)
    }
  }

  @Test(arguments: instructionSets)
  func `parents may replace their children`(isa: String) {
    let children: [UInt32] = randomBits(16 * 19)
    let key: [UInt32] = randomBits(8)
    for count in 0...19 {
      var expected = children
      portable.blake3_parents(&expected, children, count, key, 16)
      var values = children
      values.withUnsafeMutableBufferPointer { values in
        kernels(isa).blake3_parents(values.baseAddress, values.baseAddress, count, key, 16)
      }
      #expect(values[..<(8 * count)] == expected[..<(8 * count)])
    }
  }
}
