import Diagnostics
import Records
import TestSupport
import Testing

/// Damaged files get an answer or a rejection, never a trap.
struct MutationTests {
  static func files() throws -> [String] {
    try SubmissionTests.names().map { "accepts/\($0)" }
      + ["sharing/manifest.json", "sharing/index.json"]
  }

  @Test(arguments: try files())
  func `a file that is cut anywhere is refused`(name: String) throws {
    let bytes = try Fixtures.bytes("records/\(name)")
    let parser = name.replacing("sharing/", with: "x.")
    for length in stride(from: 0, to: bytes.count - 2, by: 3) {
      #expect(Refusal.rule(of: Array(bytes[..<length]), as: parser) != nil)
    }
  }

  @Test(arguments: try files())
  func `a file with altered bytes is read or refused by one of our rules`(name: String) throws {
    let original = try Fixtures.bytes("records/\(name)")
    let parser = name.replacing("sharing/", with: "x.")
    var random = SplitMix(state: 7)
    for _ in 0..<200 {
      var bytes = original
      for _ in 0..<3 {
        bytes[Int(random.next() % UInt64(bytes.count))] = UInt8(truncatingIfNeeded: random.next())
      }
      let rule = Refusal.rule(of: bytes, as: parser)
      #expect(rule == nil || RecordsRules.all.contains { $0.id == rule })
    }
  }
}
