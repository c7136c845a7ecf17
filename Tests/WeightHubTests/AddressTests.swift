import Diagnostics
import TestSupport
import Testing

@testable import WeightHub

struct AddressTests {
  @Test func `a repository has a kind, a name and a revision`() throws {
    let model = try RepositoryAddress("me/model@v1/rc")
    #expect(model.id == "me/model" && model.revision == "v1/rc" && model.kind == .model)
    #expect(model.encodedRevision == "v1%2Frc" && model.cacheName == "models--me--model")
    let data = try RepositoryAddress("datasets/me/data")
    #expect(data.revision == "main" && data.apiPath == "/api/datasets/me/data")
    #expect(data.filePath == "/datasets/me/data" && data.cacheName == "datasets--me--data")
  }

  @Test(arguments: ["", "a", "a/b/c", "a/", "/b", "../b", "a/b@", "a b/c", "a/.b", "models/a"])
  func `what names no repository is refused`(text: String) {
    let error = #expect(throws: Rejection.self) { try RepositoryAddress(text) }
    #expect(error?.rule == WeightHubRules.address)
  }

  @Test func `a file lies in a repository`() throws {
    let file = try FileAddress("hf://me/model@v1/a/b.safetensors")
    #expect(file.repository.revision == "v1" && file.path == "a/b.safetensors")
    #expect(try FileAddress("hf://me/model").path.isEmpty)
    #expect(throws: Rejection.self) { try FileAddress("hf://me") }
  }

  @Test(arguments: ["a/..", "../a", "/a", "a/", "a//b", ".", "a\n", "a\\b", "a\u{0}"])
  func `a revision that would lead out of the cache is refused`(revision: String) {
    #expect(throws: Rejection.self) { try RepositoryAddress("me/model", revision: revision) }
    #expect(throws: Rejection.self) { try RepositoryAddress("me/model@\(revision)") }
  }

  @Test(arguments: [
    "../x", "/x", "a/../../x", "a//b", "", "a/./b", "a\u{0}b", ".git/config", "a/.GIT/hooks/x",
    "a\\b", "a\nb", "a\u{7F}",
  ])
  func `a path that leads elsewhere is not safe`(path: String) {
    #expect(!HubClient.isSafe(path))
  }

  @Test(arguments: ["a", ".gitattributes", "a/.github/b", "ä/b c", "a/git"])
  func `other paths are safe`(path: String) { #expect(HubClient.isSafe(path)) }

  // MARK: Settings

  private func settings(_ environment: [String: String]) throws -> HubSettings {
    try HubSettings(environment: environment)
  }

  @Test func `settings are those of the Python client`() throws {
    let plain = try settings(["HOME": "/u"])
    #expect(plain.endpoint == "https://huggingface.co")
    #expect(plain.cache == "/u/.cache/huggingface/hub" && plain.token == nil)
    let moved = try settings([
      "HF_HOME": "/h", "HF_TOKEN": " hf_x\n", "HF_ENDPOINT": "http://localhost:1/",
      "HF_HUB_OFFLINE": "1",
    ])
    #expect(moved.cache == "/h/hub" && moved.token?.text == "hf_x" && moved.isOffline)
    #expect(moved.endpoint == "http://localhost:1")
    #expect(try settings(["HF_HUB_CACHE": "/c", "HF_HOME": "/h"]).cache == "/c")
    #expect(try settings(["HOME": "/u", "HF_HOME": "~/x"]).cache == "/u/x/hub")
  }

  @Test func `a token is read from a file, and never shown`() throws {
    let folder = try TemporaryFolder()
    let path = try folder.write("token", Array("hf_secret\n".utf8))
    let token = try #require(try settings(["HF_TOKEN_PATH": path]).token)
    #expect(token.text == "hf_secret")
    #expect("\(token) \(token.debugDescription)".contains("secret") == false)
    #expect(HubToken("two words") == nil && HubToken("line\r\nX: y") == nil)
  }

  @Test func `an endpoint is an address`() {
    let error = #expect(throws: Rejection.self) {
      try settings(["HF_ENDPOINT": "localhost:8080"])
    }
    #expect(error?.rule == WeightHubRules.address)
  }

  /// A home with a token in it, and a token elsewhere.
  private func tokens() throws -> (folder: TemporaryFolder, environment: [String: String]) {
    let folder = try TemporaryFolder()
    try folder.write("token", Array("of-home".utf8))
    let path = try folder.write("other", Array("of-path".utf8))
    let environment = [
      "HF_HOME": folder.root, "HF_TOKEN_PATH": path, "HF_TOKEN": "of-variable",
    ]
    return (folder, environment)
  }

  // huggingface_hub looks in the same order: its constants.py and utils/_auth.py.
  @Test(arguments: [
    ([], "of-variable"), (["HF_TOKEN"], "of-path"), (["HF_TOKEN", "HF_TOKEN_PATH"], "of-home"),
    (["HF_TOKEN_PATH"], "of-variable"), (["HF_TOKEN", "HF_TOKEN_PATH", "HF_HOME"], nil),
  ])
  func `a token is looked for in one order`(without names: [String], found: String?) throws {
    let (folder, those) = try tokens()
    var environment = those
    for name in names { environment[name] = nil }
    #expect(try settings(environment).token?.text == found)
    withExtendedLifetime(folder) {}
  }

  @Test func `an empty variable is none`() throws {
    let (folder, environment) = try tokens()
    let empty = environment.merging(["HF_TOKEN": "", "HF_TOKEN_PATH": ""]) { $1 }
    #expect(try settings(empty).token?.text == "of-home")
    withExtendedLifetime(folder) {}
  }

  @Test(arguments: ["1", "true", "YES", "on"])
  func `who wants no token sent unasked sends none`(word: String) throws {
    let (folder, those) = try tokens()
    var environment = those
    environment["HF_HUB_DISABLE_IMPLICIT_TOKEN"] = word
    #expect(try settings(environment).token == nil)
    environment["HF_HUB_DISABLE_IMPLICIT_TOKEN"] = "0"
    #expect(try settings(environment).token?.text == "of-variable")
    withExtendedLifetime(folder) {}
  }

  @Test(arguments: [
    ("https://a.b/c?d", "https://a.b"), ("http://a:1", "http://a:1"), ("nothing", ""),
  ])
  func `a token belongs to scheme, host and port`(address: String, origin: String) {
    #expect(Exchange.origin(of: address) == origin)
  }

  @Test func `digests are git's and SHA-256`() async throws {
    let file = LocalFile(path: "a", .bytes(Array("hello\n".utf8)))
    let facts = try await file.facts()
    #expect(facts.gitSHA1 == "ce013625030ba8dba906f756967f9e9ca394464a")
    #expect(
      facts.sha256 == "5891b5b522d5df086d0ff0b110fbd9d21bb4fc7163af34d08286a2e846f6be03")
  }
}
