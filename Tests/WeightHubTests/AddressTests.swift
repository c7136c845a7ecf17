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
    #expect(throws: Rejection.self) { try RepositoryAddress(text) }
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
    #expect(throws: Rejection.self) { try settings(["HF_ENDPOINT": "localhost:8080"]) }
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
