import Diagnostics
import JSON
import TestSupport
import Testing
import WeightHub

@testable import WeightHubServer

/// Uploads and downloads over a connection: the ways that clients bring large files.
@Suite(.timeLimit(.minutes(10)))
struct TransferTests {
  /// What Xet's own client uploaded, and what it said of it.
  private struct Upload: Sendable {
    let name: String
    var files: [(name: String, byteCount: Int, sha256: String)] = []
    var xorb = ""

    init(_ name: String) throws {
      self.name = name
      let text = String(decoding: try Fixtures.bytes("xet/accepts/uploads.txt"), as: UTF8.self)
      for line in text.split(separator: "\n").map({ $0.split(separator: " ").map(String.init) })
      where line[0] == name {
        if line[1] == "xorb" {
          xorb = line[3]
        } else {
          files.append((line[1], try #require(Int(line[2])), line[4]))
        }
      }
    }
  }

  /// Where chunks go, and the right to bring them.
  private struct Chunks {
    let client: RawClient
    let path: String
    let token: String

    init(_ client: RawClient, _ repository: String, kind: String = "write") async throws {
      let answer = try await client.send(
        "GET", "/api/models/\(repository)/xet-\(kind)-token/main", token: RunningHub.ann)
      self.client = client
      path = try #require(answer.json["casUrl"]?.string).replacing("http://localhost", with: "")
      token = try #require(answer.json["accessToken"]?.string)
    }

    func send(xorb: [UInt8], named hash: String) async throws -> RawClient.Answer {
      try await client.send("POST", "\(path)/v1/xorbs/default/\(hash)", xorb, token: token)
    }

    func send(shardOf name: String) async throws -> RawClient.Answer {
      let shard = try Fixtures.bytes("xet/accepts/\(name).shard")
      return try await client.send("POST", "\(path)/v1/shards", shard, token: token)
    }
  }

  // MARK: Xet

  @Test(arguments: ["byte", "small", "layer", "tails", "log", "zeros"])
  func `what Xet's client sent is committed and pulled`(name: String) async throws {
    let upload = try Upload(name)
    let xorb = try Fixtures.bytes("xet/accepts/\(name).xorb")
    try await RunningHub.serving { _, client in
      try await client.create("ann/x")
      let chunks = try await Chunks(client, "ann/x")
      let sent = try await chunks.send(xorb: xorb, named: upload.xorb)
      #expect(sent.status == 200 && sent.json["was_inserted"] == true, "\(sent.body)")
      let again = try await chunks.send(xorb: xorb, named: upload.xorb)
      #expect(again.status == 200 && again.json["was_inserted"] == false, "\(again.body)")
      let shard = try await chunks.send(shardOf: name)
      #expect(shard.status == 200 && shard.json["result"] == 1, "\(shard.body)")
      let steps = upload.files.map {
        RawClient.largeFile("\($0.name).bin", $0.sha256, $0.byteCount)
      }
      let committed = try await client.commit(steps, to: "ann/x")
      #expect(committed.status == 200, "\(committed.body)")
      try await expectPulled(upload, from: client)
    }
  }

  /// Downloads everything, which verifies each file by the digest that the listing names.
  private func expectPulled(_ upload: Upload, from client: RawClient) async throws {
    let folder = try TemporaryFolder()
    let pulling = HubClient(
      HubSettings(
        endpoint: "http://127.0.0.1:\(client.port)", token: HubToken(RunningHub.bob),
        cache: folder.root))
    let pull = Pull(try RepositoryAddress("ann/x"))
    let outcome = try await pull.run(try await pull.plan(pulling), pulling)
    await pulling.close()
    for file in upload.files {
      let pulled = outcome.files.first { $0.path == "\(file.name).bin" }
      #expect(pulled?.sha256 == file.sha256 && pulled?.byteCount == file.byteCount)
      let bytes = try TemporaryFolder.bytes(of: "\(outcome.folder)/\(file.name).bin")
      #expect(bytes.count == file.byteCount)
    }
  }

  @Test func `a xorb under another's name is refused`() async throws {
    let other = try Upload("small").xorb
    let xorb = try Fixtures.bytes("xet/accepts/byte.xorb")
    try await RunningHub.serving { _, client in
      try await client.create("ann/x")
      let answer = try await Chunks(client, "ann/x").send(xorb: xorb, named: other)
      #expect(answer.status == 400 && answer.body.contains(WeightHubServerRules.digest.title))
    }
  }

  @Test func `a shard of xorbs that were never sent is refused`() async throws {
    try await RunningHub.serving { _, client in
      try await client.create("ann/x")
      let answer = try await Chunks(client, "ann/x").send(shardOf: "byte")
      #expect(answer.status == 400 && answer.body.contains(WeightHubServerRules.unknownXorb.title))
    }
  }

  @Test func `who may read chunks may not send them`() async throws {
    let upload = try Upload("byte")
    let xorb = try Fixtures.bytes("xet/accepts/byte.xorb")
    try await RunningHub.serving { _, client in
      try await client.create("ann/x")
      let chunks = try await Chunks(client, "ann/x", kind: "read")
      #expect(try await chunks.send(xorb: xorb, named: upload.xorb).status == 401)
      #expect(try await chunks.send(shardOf: "byte").status == 401)
    }
  }

  // MARK: Git LFS

  // printf 'hello\n' | sha256sum
  private let digest = "5891b5b522d5df086d0ff0b110fbd9d21bb4fc7163af34d08286a2e846f6be03"

  /// What a Hub says of `hello\n`.
  private func batch(_ client: RawClient) async throws -> JSONValue {
    let body: JSONValue = [
      "operation": "upload", "transfers": ["basic"], "hash_algo": "sha256",
      "objects": [["oid": .string(digest), "size": 6]],
    ]
    let answer = try await client.send(
      "POST", "/ann/x.git/info/lfs/objects/batch", body.text(), token: RunningHub.ann)
    #expect(answer.status == 200 && answer.head.contains("application/vnd.git-lfs+json"))
    return answer.json["objects"]?.elements?.first ?? .null
  }

  private func path(_ action: String, _ object: JSONValue) throws -> String {
    try #require(object["actions"]?[action]?["href"]?.string)
      .replacing("http://localhost", with: "")
  }

  private func verify(_ path: String, _ client: RawClient) async throws -> Int {
    let body: JSONValue = ["oid": .string(digest), "size": 6]
    return try await client.send("POST", path, body.text(), token: RunningHub.ann).status
  }

  @Test func `a large file is announced, sent, verified, committed and downloaded`() async throws {
    try await RunningHub.serving { _, client in
      try await client.create("ann/x")
      let object = try await batch(client)
      let verification = try path("verify", object)
      #expect(try await verify(verification, client) == 404)
      // The link is the permission.
      let sent = try await client.send("PUT", path("upload", object), "hello\n", token: nil)
      #expect(sent.status == 200, "\(sent.body)")
      #expect(try await verify(verification, client) == 200)
      #expect(try await batch(client)["actions"] == nil)
      let step = RawClient.largeFile("a.bin", digest, 6)
      #expect(try await client.commit([step], to: "ann/x").status == 200)
      let file = try await client.send("GET", "/ann/x/resolve/main/a.bin", token: nil)
      #expect(file.status == 200 && file.body == "hello\n")
    }
  }

  @Test(arguments: [("hellO\n", 400), ("hello", 400), ("hello\n!", 413)])
  func `another content than was announced is refused and not kept`(
    content: String, status: Int
  ) async throws {
    try await RunningHub.serving { hub, client in
      try await client.create("ann/x")
      let object = try await batch(client)
      let sent = try await client.send("PUT", path("upload", object), content, token: nil)
      #expect(sent.status == status, "\(sent.body)")
      #expect(status != 400 || sent.body.contains(WeightHubServerRules.digest.title))
      #expect(try await verify(path("verify", object), client) == 404)
      let step = RawClient.largeFile("a.bin", digest, 6)
      #expect(try await client.commit([step], to: "ann/x").status == 400)
      #expect(try hub.inventory().defects.isEmpty)
    }
  }

  // MARK: Commits

  @Test func `of two commits on one parent one wins`() async throws {
    try await RunningHub.serving { _, client in
      try await client.create("ann/x")
      let info = try await client.send("GET", "/api/models/ann/x", token: nil)
      let parent = try #require(info.json["sha"]?.string)
      async let one = client.commit([RawClient.file("one", "1")], to: "ann/x", parent: parent)
      async let two = client.commit([RawClient.file("two", "2")], to: "ann/x", parent: parent)
      let statuses = [try await one.status, try await two.status]
      #expect(statuses.sorted() == [200, 412])
      let (winner, loser) = statuses[0] == 200 ? ("one", "two") : ("two", "one")
      let path = "/ann/x/resolve/main/"
      #expect(try await client.send("GET", path + winner, token: nil).status == 200)
      #expect(try await client.send("GET", path + loser, token: nil).status == 404)
    }
  }

  @Test(arguments: ["../x", "a//b", ".git/config", "a\\b"])
  func `a commit to a path that leads elsewhere is refused`(path: String) async throws {
    try await RunningHub.serving { _, client in
      try await client.create("ann/x")
      let answer = try await client.commit([RawClient.file(path, "x")], to: "ann/x")
      #expect(answer.status == 400 && answer.body.contains(WeightHubServerRules.path.title))
    }
  }

  // MARK: Scopes

  @Test func `only an admin hides and removes what is another user's`() async throws {
    let body = #"{"organization": "ann", "name": "x"}"#
    let settings = ("/api/models/ann/x/settings", #"{"private": true}"#)
    try await RunningHub.serving { _, client in
      try await client.create("ann/x")
      func hide(_ token: String?) async throws -> Int {
        try await client.send("PUT", settings.0, settings.1, token: token).status
      }
      func remove(_ token: String?) async throws -> Int {
        try await client.send("DELETE", "/api/repos/delete", body, token: token).status
      }
      for (token, status) in [(nil, 401), (RunningHub.bob, 403)] {
        #expect(try await hide(token) == status)
        #expect(try await remove(token) == status)
      }
      #expect(try await client.send("GET", "/ann/x", token: nil).status != 401)
      #expect(try await hide(RunningHub.root) == 200)
      #expect(try await client.send("GET", "/api/models/ann/x", token: nil).status == 401)
      #expect(try await remove(RunningHub.root) == 200)
      #expect(
        try await client.send("GET", "/api/models/ann/x", token: RunningHub.ann).status == 404)
    }
  }
}
