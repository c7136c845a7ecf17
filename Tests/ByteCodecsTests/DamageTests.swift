import ByteCodecs
import Diagnostics
import Testing
import TestSupport

/// Damaged streams must end in a rejection or in bytes, never in a trap.
struct DamageTests {
  private static let streams = [
    "zlib", "zstd", "zstd-check", "xz", "brotli", "lrzip-stored", "tag-zstd", "method-brotli",
    "xz-bshf6-little", "bshf5-stride3",
  ]

  @Test(arguments: streams)
  func `a stream with one byte changed is read or rejected`(name: String) throws {
    let original = try Fixtures.bytes("compressed/accepts/\(name).bin")
    for position in positions(in: original) {
      var bytes = original
      for mask: UInt8 in [0x01, 0x80, 0xff] {
        bytes[position] = original[position] ^ mask
        _ = rejectedRule { () throws(Rejection) in _ = try UnwrappedArtifact(bytes) }
      }
    }
  }

  @Test(arguments: streams)
  func `a stream cut short never gives the whole content`(name: String) throws {
    let original = try Fixtures.bytes("compressed/accepts/\(name).bin")
    let plain = try Fixtures.bytes("compressed/accepts/plain.bin")
    for count in positions(in: original) {
      let content = try? UnwrappedArtifact(Array(original[..<count])).content
      #expect(content != plain)
    }
  }

  @Test func `an lrzip file with one byte changed gives its content or nothing`() throws {
    let original = try Fixtures.bytes("compressed/accepts/lrzip-zpaq1.bin")
    let plain = try Fixtures.bytes("compressed/accepts/plain.bin")
    for position in stride(from: 0, to: original.count, by: original.count / 60) {
      var bytes = original
      bytes[position] ^= 0x10
      let content = try? collect { body throws(Rejection) in
        try Lrzip.decode(bytes.raw, limits: DecodeLimits(), body)
      }
      #expect(content == nil || content == plain)
    }
  }

  /// Every byte of the header, then samples: the first bytes steer the decoders most.
  private func positions(in bytes: [UInt8]) -> [Int] {
    Array(0..<min(40, bytes.count)) + Array(stride(from: 40, to: bytes.count, by: 31))
  }
}
