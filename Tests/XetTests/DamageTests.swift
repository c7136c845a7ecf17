import Diagnostics
import Testing
import TestSupport
import Xet

/// Damaged uploads must end in a rejection or in an answer, never in a trap.
struct DamageTests {
  /// Every byte of the first headers, then samples.
  static func positions(in bytes: [UInt8]) -> [Int] {
    Array(0..<min(24, bytes.count)) + Array(stride(from: 24, to: bytes.count, by: 211))
  }

  func contents(of xorb: [UInt8]) throws -> [[UInt8]] {
    var contents: [[UInt8]] = []
    _ = try Xorb(parsing: xorb.raw) { (chunk, _) throws(Rejection) in
      contents.append(chunk.withUnsafeBytes { Array($0) })
    }
    return contents
  }

  @Test(arguments: ["byte", "byte-footer", "small", "tails", "zeros"])
  func `a changed xorb is rejected, or has another hash, or the same content`(name: String) throws {
    let original = try Fixtures.bytes("xet/accepts/\(name).xorb")
    let hash = try Xorb(parsing: original.raw).hash
    let expected = try contents(of: original)
    for position in Self.positions(in: original) {
      var bytes = original
      for mask: UInt8 in [0x01, 0x80, 0xff] {
        bytes[position] = original[position] ^ mask
        guard let xorb = try? Xorb(parsing: bytes.raw), xorb.hash == hash else { continue }
        #expect(try contents(of: bytes) == expected)
      }
    }
  }

  @Test(arguments: ["byte", "small", "tails", "zeros", "log"])
  func `a xorb that is cut short never has the hash of the whole`(name: String) throws {
    let original = try Fixtures.bytes("xet/accepts/\(name).xorb")
    let hash = try Xorb(parsing: original.raw).hash
    for count in Self.positions(in: original) {
      let xorb = try? Xorb(parsing: original.raw.extracting(..<count))
      #expect(xorb?.hash != hash)
    }
  }

  @Test(arguments: ["byte", "byte-footer", "empty", "tails", "halves.2"])
  func `a changed shard is rejected or means what it says`(name: String) throws {
    let original = try Fixtures.bytes("xet/accepts/\(name).shard")
    for position in original.indices {
      var bytes = original
      for mask: UInt8 in [0x01, 0x80, 0xff] {
        bytes[position] = original[position] ^ mask
        guard let shard = try? Shard(parsing: bytes.raw) else { continue }
        let written = shard.bytes
        #expect(try Shard(parsing: written.raw) == shard)
      }
    }
  }

  @Test(arguments: ["byte", "byte-footer", "empty", "tails", "halves.2"])
  func `a shard that is cut short is rejected`(name: String) throws {
    let original = try Fixtures.bytes("xet/accepts/\(name).shard")
    for count in original.indices {
      #expect((try? Shard(parsing: original.raw.extracting(..<count))) == nil)
    }
  }
}
