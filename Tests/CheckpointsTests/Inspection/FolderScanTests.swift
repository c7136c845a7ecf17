import Diagnostics
import TestSupport
import Testing

@testable import Checkpoints

struct FolderScanTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  @Test func `a scan stops at the limit of entries and says where`() throws {
    let array = try Fixtures.bytes("pytorch/accepts/bare.pt")
    for name in ["1.pt", "2.pt", "3.pt", "4.pt"] { try folder.write(name, array) }
    let part = try SafetyReport(scanning: folder.root, within: FolderRoom(maximumEntries: 2))
    #expect(part.files.map(\.name) == ["1.pt", "2.pt"])
    #expect(part.skipped.map(\.name) == ["3.pt"])
    #expect(part.skipped.first?.reason == "more than 2 files; this and what follows")
    let whole = try SafetyReport(scanning: folder.root, within: FolderRoom(maximumEntries: 4))
    #expect(whole.files.count == 4)
    #expect(whole.skipped.isEmpty)
  }

  @Test func `folders count as entries, and what is in them shares the room`() throws {
    let array = try Fixtures.bytes("pytorch/accepts/bare.pt")
    _ = try folder.makeFolder("a")
    for name in ["a/1.pt", "a/2.pt", "b.pt"] { try folder.write(name, array) }
    let part = try SafetyReport(scanning: folder.root, within: FolderRoom(maximumEntries: 2))
    #expect(part.files.map(\.name) == ["a/1.pt"])
    #expect(part.skipped.map(\.name) == ["a/2.pt"])
  }
}
