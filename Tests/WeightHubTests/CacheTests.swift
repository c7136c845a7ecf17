import Diagnostics
import TestSupport
import Testing

@testable import WeightHub

/// What is on the disk after a download, and after half of one.
struct CacheTests {
  private let folder: TemporaryFolder
  private let commit = String(repeating: "a", count: 40)
  // `git hash-object` of "hello\n".
  private let hello = RemoteFile(
    path: "a/b", byteCount: 6, blobID: "ce013625030ba8dba906f756967f9e9ca394464a", sha256: nil)

  init() throws { folder = try TemporaryFolder() }

  private func settings() -> HubSettings {
    HubSettings(endpoint: "http://none", token: nil, cache: folder.root, isOffline: true)
  }

  private func pull() throws -> Pull { Pull(try RepositoryAddress("me/model@\(commit)")) }

  /// A cache with one file.
  private func fill() throws {
    let cache = HubCache(folder.root, try RepositoryAddress("me/model"))
    try CacheFailure.makeFolder(cache.folder + "/blobs")
    try SmallFile.write("hello\n", to: cache.blob(hello.entityTag))
    try cache.link(hello, of: commit)
  }

  @Test func `an empty cache has nothing to offer offline`() throws {
    let error = #expect(throws: Rejection.self) { try pull().cached(settings()) }
    #expect(error?.rule == WeightHubRules.offline)
  }

  @Test func `a cache lists what it has`() throws {
    try fill()
    let cached = try pull().cached(settings())
    #expect(cached.commit == commit && cached.files.map(\.path) == ["a/b"])
    #expect(cached.files[0].byteCount == 6 && cached.files[0].entityTag == hello.entityTag)
  }

  @Test func `what is not wanted is not offered`() throws {
    try fill()
    let error = #expect(throws: Rejection.self) {
      var pull = try self.pull()
      pull.includes = { $0 == "other" }
      _ = try pull.cached(settings())
    }
    #expect(error?.rule == WeightHubRules.offline)
  }

  @Test func `what is cached is copied, and nothing else is left`() throws {
    try fill()
    try pull().cached(settings()).copy(to: folder.path("out"))
    #expect(try TemporaryFolder.bytes(of: folder.path("out/a/b")) == Array("hello\n".utf8))
    #expect(throws: (any Error).self) {
      try TemporaryFolder.bytes(of: folder.path("out/a/.b.partial"))
    }
  }

  @Test func `a file that is not finished is gone`() throws {
    do { try WholeFile(folder.path("x")).append([1]) }
    #expect(throws: (any Error).self) { try TemporaryFolder.bytes(of: folder.path("x")) }
    #expect(throws: (any Error).self) { try TemporaryFolder.bytes(of: folder.path(".x.partial")) }
  }

  // MARK: Parts

  @Test func `what an earlier process left is taken over`() async throws {
    let path = try folder.write("part", Array("hel".utf8))
    let part = try PartialFile(path, of: hello)
    try await part.takeOver()
    #expect(part.byteCount == 3 && !part.isWhole)
    try Array("lo\n".utf8).withUnsafeBytes { try part.append($0) }
    #expect(part.isWhole)
    try part.finish(as: folder.path("whole"))
    #expect(try TemporaryFolder.bytes(of: folder.path("whole")) == Array("hello\n".utf8))
  }

  @Test func `what is longer than the file is nobody's`() async throws {
    let part = try PartialFile(try folder.write("part", Array("hello\n!".utf8)), of: hello)
    try await part.takeOver()
    #expect(part.byteCount == 0)
  }

  @Test func `damage at the beginning is found at the end`() async throws {
    let part = try PartialFile(try folder.write("part", Array("Hello\n".utf8)), of: hello)
    try await part.takeOver()
    #expect(part.byteCount == 6 && !part.isWhole)
  }

  @Test func `two do not write one part`() throws {
    let part = try PartialFile(folder.path("part"), of: hello)
    let error = #expect(throws: Rejection.self) {
      try PartialFile(folder.path("part"), of: hello)
    }
    #expect(error?.rule == WeightHubRules.busy)
    withExtendedLifetime(part) {}
  }
}
