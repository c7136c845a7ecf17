import Checkpoints
import Diagnostics
import Files
import TensorCore
import TestSupport
import Testing

/// Every rule of a parser has a file that breaks it.
struct RuleFixtureTests {
  /// Rules without a file, and why.
  static let exceptions = [
    "C13": "a warning about an entry of a dictionary, which a test builds in memory"
  ]

  private func fixtureIDs() throws -> Set<String> {
    let folders = try Fixtures.names(in: "").filter { folder in
      // These are no checkpoints; their rules have tests of their own.
      !["records", "signatures", "tokenizers", "xet"].contains(folder)
        && (try? Fixtures.names(in: "\(folder)/rejects")) != nil
    }
    return Set(
      try folders.flatMap { try Fixtures.names(in: "\($0)/rejects") }.map { $0.prefix(3) }
        .map(String.init))
  }

  @Test func `every rule of a parser has a rejecting fixture or a reason to have none`() throws {
    // Rules about files and devices need an environment, not a file.
    let environmental = Set(FileRules.all.map(\.id))
    let rules = Set(ReadingRules.all.map(\.id)).subtracting(environmental)
    let bare = rules.subtracting(try fixtureIDs())
    #expect(bare.sorted() == Self.exceptions.keys.sorted())
  }

  @Test func `every rejecting fixture is named after a rule`() throws {
    let strangers = try fixtureIDs().subtracting(ReadingRules.all.map(\.id))
    #expect(strangers.isEmpty)
  }
}
