import Archives
import Diagnostics
import TestSupport
import Testing

struct ZipMutationTests {
  @Test func `no changed byte of a torch archive changes what is read`() throws {
    let bytes = try Fixtures.bytes("zip/accepts/torch-like.pt")
    let original = try contents(of: bytes)
    for position in bytes.indices {
      for mask in [UInt8(1) << (position % 8), 0xFF] {
        var changed = bytes
        changed[position] ^= mask
        guard let found = try? contents(of: changed) else { continue }
        #expect(found == original, "byte \(position) flipped by \(mask)")
      }
    }
  }

  @Test func `a shortened torch archive is rejected as cut off`() throws {
    let bytes = try Fixtures.bytes("zip/accepts/torch-like.pt")
    for count in stride(from: 0, to: bytes.count, by: 3) {
      let rule = rejectedRule { () throws(Rejection) in
        try contents(of: Array(bytes.prefix(count)))
      }
      #expect(rule == (count < 4 ? "Z01" : "Z02"), "\(count) bytes")
    }
  }

  @Test func `no changed byte of any accepted archive makes the parser trap`() throws {
    for (offset, file) in try Fixtures.names(in: "zip/accepts").enumerated() {
      let bytes = try Fixtures.bytes("zip/accepts/" + file)
      let original = try contents(of: bytes)
      for position in stride(from: offset % 4, to: bytes.count, by: 4) {
        var changed = bytes
        changed[position] =
          [0, 0xFF, changed[position] ^ 0x80, changed[position] &+ 1][
            position / 4 % 4]
        guard let found = try? contents(of: changed) else { continue }
        // Without checksums a payload can change unseen; names and lengths cannot.
        if file == "no-checksums.pt" {
          #expect(found.map { $0.bytes.count } == original.map { $0.bytes.count })
        } else {
          #expect(found == original, "\(file): byte \(position)")
        }
      }
    }
  }

  /// The fields of the directory that a reader relies on, by their offset in a header.
  @Test(arguments: [
    ("method", 10), ("checksum", 16), ("compressed size", 20), ("size", 24), ("name length", 28),
    ("extra length", 30), ("header offset", 42),
  ])
  func `a lie in any field of any central header is found`(field: String, offset: Int) throws {
    let bytes = try Fixtures.bytes("zip/accepts/torch-like.pt")
    let headers = bytes.indices.filter { bytes[$0...].starts(with: [0x50, 0x4B, 1, 2]) }
    #expect(headers.count == 5)
    for header in headers {
      var changed = bytes
      changed[header + offset] ^= 1
      #expect(throws: Rejection.self, "\(field)") { try contents(of: changed) }
    }
  }

  @Test(arguments: [("method", 8), ("checksum", 14), ("compressed size", 18), ("size", 22)])
  func `a lie in any field of any local header is found`(field: String, offset: Int) throws {
    let bytes = try Fixtures.bytes("zip/accepts/torch-like.pt")
    for entry in try open(bytes).entries {
      var changed = bytes
      changed[entry.localHeaderOffset + offset] ^= 1
      #expect(throws: Rejection.self, "\(field) of \(entry.name)") { try contents(of: changed) }
    }
  }
}
