import Glibc
import TestSupport
import Testing

@testable import Publishing

/// What interrupted processes leave.
struct StagingFolderTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func isThere(_ name: String) -> Bool { access(folder.path(name), F_OK) == 0 }

  @Test func `a folder of a process that is gone goes`() throws {
    // Linux gives no process such a number.
    let name = "birdie-staging-2147483646-abcdef"
    _ = try folder.makeFolder(name)
    try folder.write("\(name)/model.safetensors", [1])
    StagingFolder.removeLeftovers(in: folder.root)
    #expect(!isThere(name))
  }

  @Test func `a folder of a living process stays`() throws {
    let name = "birdie-staging-\(getpid())-abcdef"
    _ = try folder.makeFolder(name)
    StagingFolder.removeLeftovers(in: folder.root)
    #expect(isThere(name))
  }

  @Test(arguments: ["other-2147483646-abcdef", "birdie-staging-x", "birdie-staging-"])
  func `what is called otherwise stays`(name: String) throws {
    _ = try folder.makeFolder(name)
    StagingFolder.removeLeftovers(in: folder.root)
    #expect(isThere(name))
  }
}
