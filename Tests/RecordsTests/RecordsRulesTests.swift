import Diagnostics
import Records
import TestSupport
import Testing

struct RecordsRulesTests {
  @Test func `rule ids are unique and in order`() {
    let ids = RecordsRules.all.map(\.id)
    #expect(ids == Set(ids).sorted())
  }

  @Test(arguments: RecordsRules.all.map(\.id))
  func `every rule about a file has a file that breaks it`(id: String) throws {
    // A folder and a collision are no files.
    guard !["I05", "I10"].contains(id) else { return }
    #expect(try Fixtures.names(in: "records/rejects").contains { $0.hasPrefix(id) })
  }

  @Test(arguments: try Fixtures.names(in: "records/rejects"))
  func `a file is refused under the rule that it is named after`(name: String) throws {
    let bytes = try Fixtures.bytes("records/rejects/\(name)")
    #expect(Refusal.rule(of: bytes, as: name) == String(name.prefix(3)))
  }
}
