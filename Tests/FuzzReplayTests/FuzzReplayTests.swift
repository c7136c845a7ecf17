import FuzzEntries
import TestSupport
import Testing

/// Inputs that once made a parser trap, hang or swallow memory, each run again.
struct FuzzReplayTests {
  @Test(arguments: try FuzzInput.seeds + FuzzInput.pastFailures())
  func `what a fuzzer starts from or once failed on runs to its end`(_ input: FuzzInput) throws {
    try input.run()
  }

  @Test(arguments: FuzzEntry.allCases)
  func `no bytes at all are an input too`(_ entry: FuzzEntry) {
    let nothing: [UInt8] = []
    entry.run(nothing.span.bytes)
  }

  @Test func `every entry has a folder for its failures and a dictionary`() throws {
    let names = FuzzEntry.allCases.map(\.rawValue).sorted()
    #expect(try Fixtures.names(in: FuzzInput.failures) == names)
    #expect(try Fixtures.names(in: "../Tests/Fuzz/Dictionaries") == names.map { "\($0).dict" })
  }
}
