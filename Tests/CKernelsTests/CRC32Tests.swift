import CKernels
import Testing

@Suite struct CRC32Tests {
  typealias Kernel = (UInt32, UnsafeRawPointer?, Int) -> UInt32

  func checksum(
    _ bytes: [UInt8], seed: UInt32 = 0, _ kernel: Kernel
  ) -> UInt32 {
    withUnaligned(bytes) { kernel(seed, $0, bytes.count) }
  }

  /// The definition, a bit at a time.
  func reference(_ bytes: [UInt8], seed: UInt32 = 0) -> UInt32 {
    var crc = ~seed
    for byte in bytes {
      crc ^= UInt32(byte)
      for _ in 0..<8 { crc = crc >> 1 ^ (crc & 1 == 1 ? 0xEDB8_8320 : 0) }
    }
    return ~crc
  }

  // The check value of CRC-32/ISO-HDLC; the others are zlib.crc32 of Python 3.11.
  @Test(arguments: instructionSets)
  func `every instruction set has zlib's checksums`(isa: String) {
    let kernel: Kernel = kernels(isa).crc32
    #expect(checksum(Array("123456789".utf8), kernel) == 0xCBF4_3926)
    #expect(checksum([UInt8](repeating: 0, count: 1000), kernel) == 0x060B_1780)
    let ramp = (0..<4096).map { UInt8(truncatingIfNeeded: 3 + 7 * $0) }
    #expect(checksum(ramp, kernel) == 0x5E4E_1995)
    #expect(checksum(ramp, seed: 0xDEAD_BEEF, kernel) == 0x0C69_7BC8)
  }

  @Test(arguments: instructionSets)
  func `every length and start value agrees with the definition`(isa: String) {
    let kernel: Kernel = kernels(isa).crc32
    let bytes: [UInt8] = randomBits(300)
    for length in 0...300 {
      let piece = Array(bytes[..<length])
      let seed = UInt32(truncatingIfNeeded: length &* 0x9E37_79B9)
      #expect(checksum(piece, seed: seed, kernel) == reference(piece, seed: seed))
    }
  }

  @Test func `no bytes leave a checksum as it is, even without a pointer`() {
    #expect(birdie_crc32(0, nil, 0) == 0)
    #expect(birdie_crc32(0x1234_5678, nil, 0) == 0x1234_5678)
  }

  @Test(arguments: [1, 7, 63, 64, 65, 128, 999])
  func `a message cut in two has the checksum of the whole`(cut: Int) {
    let bytes: [UInt8] = randomBits(1000)
    let first = checksum(Array(bytes[..<cut]), birdie_crc32)
    #expect(
      checksum(Array(bytes[cut...]), seed: first, birdie_crc32) == checksum(bytes, birdie_crc32))
  }
}
