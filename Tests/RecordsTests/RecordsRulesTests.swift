import Diagnostics
import Records
import TestSupport
import Testing

struct RecordsRulesTests {
  @Test func `rule ids are unique and in order`() {
    let ids = RecordsRules.all.map(\.id)
    #expect(ids == Set(ids).sorted())
  }

  /// A folder that is none and a collision are in no file.
  private static let ofNoFile = ["I05", "I10"]

  @Test(arguments: RecordsRules.all.map(\.id).filter { !ofNoFile.contains($0) })
  func `every rule about a file has a file that breaks it`(id: String) throws {
    #expect(try Fixtures.names(in: "records/rejects").contains { $0.hasPrefix(id) })
  }

  @Test(arguments: ["none", "file"])
  func `what is no folder is no record, I05`(name: String) throws {
    let folder = try TemporaryFolder()
    try folder.write("file", [1])
    let rule = Refusal.rule { () throws(Rejection) in
      _ = try RecordFolder(scanning: folder.path(name))
    }
    #expect(rule == "I05")
  }

  @Test func `two records do not lie in one place, I10`() throws {
    var index = RecordIndex()
    let submission = try Submission(parsing: Array(SmallRecord.submission.utf8))
    func entry(_ path: String) throws -> RecordIndex.Entry {
      RecordIndex.Entry(path: try RecordPath(path), submission, files: [])
    }
    try index.set(entry("records/One"))
    let other = try entry("records/one")
    #expect(Refusal.rule { () throws(Rejection) in try index.set(other) } == "I10")
    #expect(index.entries.map(\.path.description) == ["records/One"])
  }

  @Test(arguments: try Fixtures.names(in: "records/rejects"))
  func `a file is refused under the rule that it is named after`(name: String) throws {
    let bytes = try Fixtures.bytes("records/rejects/\(name)")
    #expect(Refusal.rule(of: bytes, as: name) == String(name.prefix(3)))
  }
}
