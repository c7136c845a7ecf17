import CKernels
import Testing

@Suite struct GearHashTests {
  /// Where the hash that starts at 0 has 16 leading zeros, found a byte at a time.
  func matches(in bytes: [UInt8]) -> [Int] {
    var (hash, places) = (UInt64(0), [Int]())
    for (index, byte) in bytes.enumerated() where birdie_gear_match(&hash, [byte], 1) == 1 {
      places.append(index)
    }
    return places
  }

  @Test func `one byte leaves its number, which begins the table of the crate gearhash`() {
    var hash: UInt64 = 0
    #expect(birdie_gear_match(&hash, [0], 1) == 0)
    #expect(hash == 0xb088_d3a9_e840_f559)
  }

  @Test func `a hash forgets what was 64 bytes ago`() {
    let bytes: [UInt8] = randomBits(200)
    var (whole, end) = (UInt64(0), UInt64(0))
    for byte in bytes { _ = birdie_gear_match(&whole, [byte], 1) }
    for byte in bytes[136...] { _ = birdie_gear_match(&end, [byte], 1) }
    #expect(whole == end)
  }

  @Test func `matches are where a byte at a time finds them`() {
    let bytes: [UInt8] = randomBits(600_000)
    var (hash, start, places) = (UInt64(0), 0, [Int]())
    bytes.withUnsafeBufferPointer { bytes in
      while case let taken = birdie_gear_match(
        &hash, bytes.baseAddress! + start, bytes.count - start), taken > 0
      {
        start += taken
        places.append(start - 1)
      }
    }
    #expect(places.count > 3)
    #expect(places == matches(in: bytes))
  }
}
