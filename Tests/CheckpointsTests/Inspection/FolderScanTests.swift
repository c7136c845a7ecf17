import Diagnostics
import Glibc
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

  @Test func `what is packed in a way that no scan undoes is skipped, not clean`() throws {
    // The header of RFC 1952, and of an HDF5 file.
    try folder.write("a.tar.gz", [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 3])
    try folder.write("b.h5", [0x89] + Array("HDF\r\n".utf8) + [0x1A, 0x0A])
    try folder.write("c.json", Array("{}".utf8))
    let report = try SafetyReport(scanning: folder.root)
    #expect(report.files.map(\.name) == ["c.json"])
    #expect(report.skipped.map(\.name) == ["a.tar.gz", "b.h5"])
    #expect(report.skipped.first?.reason == "it is a gzip file")
  }

  @Test(.enabled(if: geteuid() != 0, "the superuser may read everything"))
  func `a folder that cannot be listed is an error and no damage`() throws {
    let closed = try folder.makeFolder("closed")
    chmod(closed, 0)
    let error = #expect(throws: Rejection.self) { try SafetyReport(scanning: closed) }
    #expect(error?.rule.id == "F01")
    chmod(closed, 0o700)
  }
}
