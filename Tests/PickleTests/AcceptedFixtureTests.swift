import Diagnostics
import Pickle
import TestSupport
import Testing

struct AcceptedFixtureTests {
  static let rendered = [
    "binary-2", "binary-3", "binary-4", "binary-5", "numpy-2", "numpy-5", "ordered-2",
    "ordered-3", "ordered-4", "ordered-5", "plain-2", "plain-3", "plain-4", "plain-5",
  ]
  static let others = [
    "python2-strings-2", "text-numbers-2", "torch-module-2", "torch-sharded-metadata-4",
    "torch-state-dict-2",
    "torch-state-dict-4", "torchscript-2", "unknown-module-2", "unknown-module-reconstructed-2",
  ]

  @Test(arguments: rendered)
  func `what Python pickled is read back value for value`(file: String) throws {
    let graph = try read(Fixtures.bytes("pickle/accepts/\(file).pkl"))
    let expected = try Fixtures.bytes("pickle/accepts/\(file).txt")
    #expect(graph.rendered() + "\n" == String(decoding: expected, as: UTF8.self))
  }

  @Test(arguments: others)
  func `what torch and old Pythons write is read`(file: String) throws {
    #expect(throws: Never.self) { try read(Fixtures.bytes("pickle/accepts/\(file).pkl")) }
  }

  @Test(arguments: rendered + others)
  func `a survey of an honest pickle finds nothing`(file: String) throws {
    let found = try survey(Fixtures.bytes("pickle/accepts/\(file).pkl"))
    #expect(found.isComplete)
    #expect(found.findings.map(\.description) == [])
  }

  @Test(arguments: rendered + others)
  func `a damaged pickle is read or rejected but never traps`(file: String) throws {
    let original = try Fixtures.bytes("pickle/accepts/\(file).pkl")
    let step = max(1, original.count / 60)
    for position in stride(from: 0, to: original.count, by: step) {
      _ = rejectingRule(Array(original[..<position]))
      for flip in [0x01, 0x10, 0x80, 0xFF] as [UInt8] {
        var bytes = original
        bytes[position] ^= flip
        _ = rejectingRule(bytes)
      }
    }
  }

  @Test(arguments: rendered + others)
  func `a truncated pickle is always rejected`(file: String) throws {
    let original = try Fixtures.bytes("pickle/accepts/\(file).pkl")
    for count in stride(from: 0, to: original.count, by: max(1, original.count / 40)) {
      #expect(rejectingRule(Array(original[..<count])) != nil)
    }
  }
}
