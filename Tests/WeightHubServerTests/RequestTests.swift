import Diagnostics
import JSON
import TestSupport
import Testing
import TextCoding
import YAML

@testable import WeightHubServer

struct RequestTests {
  @Test(arguments: [
    ("bytes=0-9", ByteRange.part(0..<10)), ("bytes=90-", .part(90..<100)),
    ("bytes=-7", .part(93..<100)), ("bytes=-1000", .part(0..<100)),
    ("bytes=50-1000", .part(50..<100)), ("bytes=99-99", .part(99..<100)),
    ("bytes=100-", .unsatisfiable), ("bytes=-0", .unsatisfiable),
    ("bytes=9-0", .whole), ("bytes=0-1,3-4", .whole), ("lines=0-9", .whole), ("bytes=a-b", .whole),
    ("bytes=99999999999999999999-", .unsatisfiable),
  ])
  func `a range is read as RFC 9110 has it`(header: String, range: ByteRange) {
    #expect(ByteRange(header, of: 100) == range)
  }

  @Test func `nothing of an empty file can be had in parts`() {
    #expect(ByteRange("bytes=0-", of: 0) == .unsatisfiable)
    #expect(ByteRange("bytes=-5", of: 0) == .unsatisfiable)
    #expect(ByteRange(nil, of: 0) == .whole)
  }

  @Test func `a part of a path may hold a slash`() throws {
    let target = try #require(RequestTarget("/api/models/a/b/tree/refs%2Fpr%2F1?recursive=True"))
    #expect(target.parts == ["api", "models", "a", "b", "tree", "refs/pr/1"])
    #expect(target.flag("recursive"))
  }

  @Test(arguments: ["", "a", "/%", "/%g1", "/%ff", "/a?b=%zz"])
  func `what is no path is refused`(text: String) { #expect(RequestTarget(text) == nil) }

  @Test(arguments: ["a b", "refs/pr/1", "é%&=?#", ""])
  func `text comes back from percent-encoding`(text: String) throws {
    let target = try #require(RequestTarget("/x?v=\(PercentEncoding.encode(text))"))
    #expect(target.value("v") == text)
  }

  @Test(arguments: [
    "/api/models/../etc", "/api/models/a", "/api/models/a%2Fb/c", "/api/models/a/b/nothing",
    "/api/models/.a/b", "/lfs/upload/../../etc", "/lfs/upload/ABCD", "/xet/a/v1/xorbs",
    "/api/models/a/b/discussions/-1",
  ])
  func `what names nothing has no route`(path: String) throws {
    #expect(Route(try #require(RequestTarget(path))) == nil)
  }

  @Test func `a file is found below its revision`() throws {
    let target = try #require(RequestTarget("/datasets/a/b/resolve/v%2F1/deep/er/x.bin"))
    guard case .repository(let name, .file(let revision, let path)) = Route(target) else {
      Issue.record("no file")
      return
    }
    #expect(name.path == "datasets/a/b" && revision == "v/1" && path == "deep/er/x.bin")
  }

  @Test(arguments: ["a/b", "a-b/c.d_e", "A1/x"])
  func `plain words are names of repositories`(id: String) throws {
    let parts = id.split(separator: "/").map(String.init)
    #expect(RepositoryName(.model, parts[0], parts[1])?.id == id)
  }

  @Test(arguments: ["", ".x", "-x", "a..b", "a--b", "a b", "é", "x.git", "a/b"])
  func `other words are none`(word: String) { #expect(RepositoryName(.model, "a", word) == nil) }

  // MARK: Permissions

  private let secret: [UInt8] = Array("secret".utf8)

  private func user(_ text: String, _ purpose: String, at time: Int) -> String? {
    Grant.user(of: text, purpose, at: time, secret: secret)
  }

  @Test(arguments: ["alice", "a.b.c", ""])
  func `a permission holds for its purpose, its user and until its end`(name: String) {
    let text = Grant(purpose: "upload x", user: name, expiry: 100).text(signedWith: secret)
    #expect(user(text, "upload x", at: 100) == name)
    #expect(user(text, "upload x", at: 101) == nil)
    #expect(user(text, "upload y", at: 100) == nil)
    #expect(Grant.user(of: text, "upload x", at: 100, secret: Array("other".utf8)) == nil)
    #expect(user("101" + text.dropFirst(3), "upload x", at: 100) == nil)
    #expect(user(text.replacing(".\(name).", with: ".mallory."), "upload x", at: 100) == nil)
  }

  @Test(arguments: ["", ".", "100", "100.", "100.a.zz", "x.a.00"])
  func `what is no permission permits nothing`(text: String) {
    #expect(user(text, "upload x", at: 0) == nil)
  }

  @Test(arguments: [
    ("localhost", true), ("localhost:80", true), ("127.0.0.1:8080", true), ("127.1.2.3", true),
    ("[::1]:8080", true), ("[::1]", true), ("127.evil.example", false), ("127.0.0.1.evil", false),
    ("evil.example", false), ("localhost.evil.example:80", false), ("127.0.0.999", false),
    ("[::2]", false), ("[::1]x", false), ("[::1].evil", false), ("LOCALHOST", true), ("", false),
    ("128.0.0.1", false),
  ])
  func `only this machine's own names are its own`(host: String, isOwn: Bool) {
    #expect(Loopback.isHost(host) == isOwn)
  }

  @Test func `tokens of a file have names and scopes`() throws {
    let folder = try TemporaryFolder()
    let path = try folder.write(
      "tokens", Array("# c\nabcdefgh alice write\nijklmnop bob read\n".utf8))
    let policy = try AccessPolicy(tokenFile: path, strangersMayRead: false)
    #expect(policy.visitor(withToken: "abcdefgh")?.mayWrite == true)
    #expect(policy.visitor(withToken: "ijklmnop")?.mayWrite == false)
    #expect(policy.visitor(withToken: "ijklmnop")?.name == "bob")
    #expect(policy.visitor(withToken: "abcdefg") == nil)
    #expect(policy.visitor(withToken: nil)?.mayRead == false)
    #expect(!policy.isOpen)
  }

  @Test(arguments: ["abcdefgh alice", "abcdefgh alice owner", "short bob read", "a b c d"])
  func `a line that is no token starts no server`(line: String) throws {
    let folder = try TemporaryFolder()
    let path = try folder.write("tokens", Array(line.utf8))
    let error = #expect(throws: Rejection.self) {
      try AccessPolicy(tokenFile: path, strangersMayRead: false)
    }
    #expect(error?.rule == WeightHubServerRules.tokens)
  }

  @Test(arguments: [
    (0, "1970-01-01T00:00:00.000Z"), (1_709_210_096, "2024-02-29T12:34:56.000Z"),
  ])
  func `a time is written as the protocol has it`(seconds: Int, text: String) {
    #expect(Timestamp.text(seconds) == text)
  }

  @Test func `a server without tokens is for this machine alone`() async throws {
    let folder = try TemporaryFolder()
    var server = HubServer(try Hub(root: folder.path("hub")), policy: .everybody)
    (server.host, server.port) = ("0.0.0.0", 0)
    let running = server
    let error = await #expect(throws: Rejection.self) {
      try await running.run { _ in Issue.record("it listens") }
    }
    #expect(error?.rule == WeightHubServerRules.address)
  }

  @Test(arguments: ["---\na: [\n---\n", "---\na: &x [*x]\nb: *y\n---\n"])
  func `front matter that is no YAML is refused under its own rule`(card: String) throws {
    let yaml = card.split(separator: "---")[0]
    let error = #expect(throws: Rejection.self) {
      try YAMLDocument(String(yaml), under: WeightHubServerRules.card)
    }
    #expect(error?.rule == WeightHubServerRules.card)
    #expect(FrontMatter(of: card).error == error?.message)
  }

  @Test func `front matter is YAML between lines of three hyphens`() {
    #expect(FrontMatter(of: "---\na: [1, 2]\n---\n# x").json["a"]?.elements?.count == 2)
    #expect(FrontMatter(of: "# x").error == nil)
    #expect(FrontMatter(of: "---\na: [\n---\n").error != nil)
    #expect(FrontMatter(of: "---\na: 1\n").error != nil)
  }
}
