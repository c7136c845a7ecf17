import JSON
import TestSupport
import Testing

@testable import WeightHubServer

/// What is removed when nothing leads to it any more, and what is not.
@Suite(.timeLimit(.minutes(10)))
struct GarbageTests {
  /// 50,000 letters without a pattern.
  private func text(_ seed: UInt64) -> String {
    var noise = SplitMix(state: seed)
    let bytes = (0..<50_000).map { _ in UInt8(ascii: "a") + UInt8(noise.next() % 26) }
    return String(decoding: bytes, as: UTF8.self)
  }

  private func send(
    _ method: String, _ path: String, _ body: String, _ client: RawClient
  ) async throws {
    let answer = try await client.send(
      method, "/api/models/ann/x/" + path, body, token: RunningHub.ann)
    #expect((200..<300).contains(answer.status), "\(path): \(answer.body)")
  }

  private func commit(
    _ seed: UInt64, _ client: RawClient, at revision: String = "main", query: String = ""
  ) async throws {
    let answer = try await client.commit(
      [RawClient.file("\(seed)", text(seed))], to: "ann/x", at: revision, query: query)
    #expect(answer.status == 200, "\(answer.body)")
  }

  private func content(
    _ seed: UInt64, at revision: String, _ client: RawClient
  ) async throws -> String? {
    let path = "/ann/x/resolve/\(revision)/\(seed)"
    let answer = try await client.send("GET", path, token: RunningHub.ann)
    return answer.status == 200 ? answer.body : nil
  }

  /// A repository with a file each on main (1), a branch (2), a tag (3) and a pull request (4).
  private func fill(_ client: RawClient) async throws {
    try await client.create("ann/x")
    try await commit(1, client)
    for branch in ["side", "past"] { try await send("POST", "branch/\(branch)", "{}", client) }
    try await commit(2, client, at: "side")
    try await commit(3, client, at: "past")
    try await send("POST", "tag/past", #"{"tag": "v1"}"#, client)
    // The tag has the commit from now on.
    try await send("DELETE", "branch/past", "", client)
    try await commit(4, client, query: "?create_pr=1")
  }

  private func expectAll(_ client: RawClient) async throws {
    for (seed, revision) in [(1, "main"), (2, "side"), (3, "v1"), (4, "refs%2Fpr%2F1")] {
      let found = try await content(UInt64(seed), at: revision, client)
      #expect(found == text(UInt64(seed)), "\(revision)")
    }
  }

  @Test func `what a branch, a tag or a pull request leads to stays`() async throws {
    try await RunningHub.serving { hub, client in
      try await fill(client)
      #expect(try hub.collectGarbage(storedBefore: .max) == 0)
      try await expectAll(client)
      #expect(try hub.inventory().defects.isEmpty)
    }
  }

  @Test func `what only a removed branch led to goes`() async throws {
    try await RunningHub.serving { hub, client in
      try await fill(client)
      let before = try hub.inventory()
      try await send("POST", "branch/gone", "{}", client)
      try await commit(5, client, at: "gone")
      try await send("DELETE", "branch/gone", "", client)
      #expect(try hub.inventory().commitCount == before.commitCount + 1)
      #expect(try hub.collectGarbage(storedBefore: .max) >= 50_000)
      let after = try hub.inventory()
      #expect(after.commitCount == before.commitCount && after.contentCount == before.contentCount)
      #expect(after.chunkByteCount == before.chunkByteCount && after.defects.isEmpty)
      try await expectAll(client)
    }
  }

  @Test func `what a removed tag alone led to goes`() async throws {
    try await RunningHub.serving { hub, client in
      try await fill(client)
      try await send("DELETE", "tag/v1", "", client)
      #expect(try hub.collectGarbage(storedBefore: .max) >= 50_000)
      #expect(try await content(3, at: "v1", client) == nil)
      #expect(try await content(4, at: "refs%2Fpr%2F1", client) == text(4))
      #expect(try hub.inventory().defects.isEmpty)
    }
  }

  @Test func `what another repository has stays, too, and the rest goes`() async throws {
    try await RunningHub.serving { hub, client in
      try await fill(client)
      try await client.create("ann/y")
      let shared = try await client.commit([RawClient.file("copy", text(2))], to: "ann/y")
      #expect(shared.status == 200)
      let body = #"{"organization": "ann", "name": "x"}"#
      let removed = try await client.send(
        "DELETE", "/api/repos/delete", body, token: RunningHub.ann)
      #expect(removed.status == 200)
      #expect(try hub.collectGarbage(storedBefore: .max) >= 150_000)
      let copy = try await client.send("GET", "/ann/y/resolve/main/copy", token: nil)
      #expect(copy.body == text(2))
      let inventory = try hub.inventory()
      #expect(inventory.repositoryCount == 1 && inventory.defects.isEmpty)
    }
  }

  @Test func `what is young stays, whoever leads to it`() async throws {
    try await RunningHub.serving { hub, client in
      try await fill(client)
      try await send("DELETE", "tag/v1", "", client)
      let before = try hub.inventory()
      #expect(try hub.collectGarbage(storedBefore: 0) == 0)
      #expect(try hub.inventory().contentCount == before.contentCount)
    }
  }
}
