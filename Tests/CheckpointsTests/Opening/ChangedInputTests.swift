import Checkpoints
import Diagnostics
import TestSupport
import Testing

struct ChangedInputTests {
  @Test func `a checkpoint that is written to after opening is refused`() throws {
    let folder = try TemporaryFolder()
    let path = try folder.write("w.pt", Fixtures.bytes("pytorch/accepts/bare.pt"))
    let checkpoint = try Checkpoint.open(path)
    try checkpoint.requireUnchangedInput()
    try folder.write("w.pt", Fixtures.bytes("pytorch/accepts/tuple.pt"))
    let error = #expect(throws: Rejection.self) { try checkpoint.requireUnchangedInput() }
    #expect(error?.rule.id == "F04")
  }
}
