import Diagnostics
import Testing
import TestSupport
import Xet

struct RejectionTests {
  static func files(_ suffix: String = "") throws -> [String] {
    try Fixtures.names(in: "xet/rejects").filter { $0.hasSuffix(suffix) }
  }

  @Test(arguments: try files(".xorb"))
  func `a xorb is rejected under the rule that it is named after`(file: String) throws {
    let bytes = try Fixtures.bytes("xet/rejects/\(file)")
    let rule = rejectedRule { () throws(Rejection) in _ = try Xorb(parsing: bytes.raw) }
    #expect(rule == String(file.prefix(3)))
  }

  @Test(arguments: try files(".shard"))
  func `a shard is rejected under the rule that it is named after`(file: String) throws {
    let bytes = try Fixtures.bytes("xet/rejects/\(file)")
    let rule = rejectedRule { () throws(Rejection) in _ = try Shard(parsing: bytes.raw) }
    #expect(rule == String(file.prefix(3)))
  }

  @Test func `every rule has a rejected fixture`() throws {
    let broken = try Self.files().map { String($0.prefix(3)) }
    #expect(Set(broken) == Set(XetRules.all.map(\.id)))
  }

  @Test func `a xorb of more bytes than allowed is not looked at`() throws {
    let bytes = try Fixtures.bytes("xet/accepts/log.xorb")
    var limits = XorbLimits()
    limits.storedByteCount = bytes.count - 1
    let rule = rejectedRule { () throws(Rejection) in
      _ = try Xorb(parsing: bytes.raw, limits: limits)
    }
    #expect(rule == "X05")
  }

  @Test func `what the closure throws comes out`() throws {
    let full = Rule("TST", "the disk is full", because: "It is a test.", remedy: "None.")
    let bytes = try Fixtures.bytes("xet/accepts/log.xorb")
    let rule = rejectedRule { () throws(Rejection) in
      _ = try Xorb(parsing: bytes.raw) { (_, _) throws(Rejection) in throw Rejection(full, "") }
    }
    #expect(rule == "TST")
  }

  @Test func `rule ids are unique and in order`() {
    let ids = XetRules.all.map(\.id)
    #expect(ids == Set(ids).sorted())
  }
}
