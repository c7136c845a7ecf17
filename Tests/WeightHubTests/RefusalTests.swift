import Diagnostics
import TestSupport
import Testing

@testable import WeightHub

/// What a client makes of a Hub that will not or cannot, and how often it asks.
///
/// Waits that a Hub asks for are of zero seconds, or of so many that a test which waited would not
/// come to its end in time.
@Suite(.timeLimit(.minutes(4)))
struct RefusalTests {
  private let folder: TemporaryFolder
  private let hub: StubHub
  private let commit = String(repeating: "c", count: 40)
  private let revision = "GET /api/models/me/model/revision/main"

  init() throws {
    folder = try TemporaryFolder()
    hub = try StubHub()
  }

  private var answered: StubHub.Step { .init(revision, json: #"{"sha":"\#(commit)"}"#) }

  /// What work with a client throws.
  private func refusal(
    cache: String? = nil, _ work: (HubClient) async throws -> Void
  ) async -> Rejection? {
    let client = HubClient(
      HubSettings(endpoint: hub.origin, token: nil, cache: cache ?? folder.path("hub")))
    let error = await #expect(throws: Rejection.self) { try await work(client) }
    await client.close()
    return error
  }

  private func found() async throws -> String {
    let client = HubClient(
      HubSettings(endpoint: hub.origin, token: nil, cache: folder.path("hub")))
    do {
      let commit = try await client.commit(of: try RepositoryAddress("me/model"))
      await client.close()
      return commit
    } catch {
      await client.close()
      throw error
    }
  }

  private func pull(_ client: HubClient) async throws {
    let pull = Pull(try RepositoryAddress("me/model"))
    _ = try await pull.run(try await pull.plan(client), client)
  }

  /// Commits one small file.
  private func push(_ client: HubClient) async throws {
    let push = Push(try RepositoryAddress("me/model"), title: "x")
    let files = [LocalFile(path: "config.json", .bytes([1]))]
    _ = try await push.run(try await push.plan(files, client), client)
  }

  private var preupload: StubHub.Step {
    .init(
      "POST /api/models/me/model/preupload/main",
      json: """
        {"files":[{"path":"config.json","uploadMode":"regular","shouldIgnore":false}]}
        """)
  }

  private func commitAnswered(_ status: Int, _ headers: [String] = []) -> StubHub.Step {
    .init(
      "POST /api/models/me/model/commit/main", status, headers, json: #"{"error":"its words"}"#)
  }

  // MARK: Commits

  @Test func `a commit that somebody overtook is stale`() async throws {
    try hub.serve([preupload, commitAnswered(412)])
    let error = await refusal(push)
    #expect(error?.rule == WeightHubRules.stale)
    #expect(hub.finish().count == 2)
  }

  @Test(arguments: [400, 409, 413, 422])
  func `a commit that the Hub does not like is refused in its words`(status: Int) async throws {
    try hub.serve([preupload, commitAnswered(status)])
    let error = await refusal(push)
    #expect(error?.rule == WeightHubRules.refused)
    #expect(error?.message.contains("\(status) its words") == true)
    #expect(hub.finish().count == 2)
  }

  @Test(arguments: [500, 503])
  func `a commit is not sent again where the Hub may have made it`(status: Int) async throws {
    try hub.serve([preupload, commitAnswered(status, ["Retry-After: 0"])])
    let error = await refusal(push)
    #expect(error?.rule == WeightHubRules.unreachable)
    #expect(error?.message.contains("look before trying again") == true)
    #expect(hub.finish().count == 2)
  }

  @Test func `a commit whose connection is cut is not sent again`() async throws {
    let cut = StubHub.Step("POST /api/models/me/model/commit/main", 200, promised: 100)
    try hub.serve([preupload, cut])
    #expect(await refusal(push)?.rule == WeightHubRules.unreachable)
    #expect(hub.finish().count == 2)
  }

  @Test func `a commit is sent again where the Hub says that it did nothing`() async throws {
    let committed = StubHub.Step(
      "POST /api/models/me/model/commit/main", json: #"{"commitOid":"\#(commit)"}"#)
    try hub.serve([preupload, commitAnswered(429, ["Retry-After: 0"]), committed])
    let client = HubClient(
      HubSettings(endpoint: hub.origin, token: nil, cache: folder.path("hub")))
    try await push(client)
    await client.close()
    let bodies = hub.finish().dropFirst().map(\.body)
    #expect(bodies.count == 2 && bodies.first == bodies.last)
  }

  // MARK: Tries

  @Test func `what does not pass is tried six times`() async throws {
    let busy = StubHub.Step(revision, 503, ["Retry-After: 0"])
    try hub.serve(Array(repeating: busy, count: 10))
    let error = await refusal { _ = try await $0.commit(of: try RepositoryAddress("me/model")) }
    #expect(error?.rule == WeightHubRules.unreachable)
    #expect(error?.message.contains("503") == true)
    #expect(hub.finish().count == 6)
  }

  @Test func `five failures are put up with`() async throws {
    let busy = StubHub.Step(revision, 502, ["Retry-After: 0"])
    try hub.serve(Array(repeating: busy, count: 5) + [answered])
    #expect(try await found() == commit)
  }

  // Whoever went by the limit would wait for five minutes.
  @Test func `a wait that is asked for goes before a limit that is told`() async throws {
    let limits = ["Retry-After: 0", "RateLimit: \"api\";r=0;t=300"]
    try hub.serve([.init(revision, 429, limits), answered])
    #expect(try await found() == commit)
  }

  @Test(arguments: [501, 507])
  func `what will not pass is not tried again`(status: Int) async throws {
    try hub.serve([.init(revision, status), answered])
    let error = await refusal { _ = try await $0.commit(of: try RepositoryAddress("me/model")) }
    #expect(error?.rule == WeightHubRules.unreachable)
    #expect(hub.finish().count == 1)
  }

  // MARK: Downloads

  @Test func `a cache that is a file cannot be used`() async throws {
    let path = try folder.write("file", [1])
    let tree = "GET /api/models/me/model/tree/\(commit)?recursive=true"
    let entry =
      #"[{"type":"file","oid":"ce013625030ba8dba906f756967f9e9ca394464a","size":6,"path":"a"}]"#
    try hub.serve([answered, .init(tree, json: entry)])
    #expect(await refusal(cache: path, pull)?.rule == WeightHubRules.cache)
    #expect(hub.finish().count == 2)
  }

  @Test(arguments: [
    (path: "../x", oid: "ce013625030ba8dba906f756967f9e9ca394464a"),
    (path: "/etc/x", oid: "ce013625030ba8dba906f756967f9e9ca394464a"),
    (path: "a/../../x", oid: "ce013625030ba8dba906f756967f9e9ca394464a"),
    (path: "x", oid: "../../../../0ba8dba906f756967f9e9ca394464a"),
  ])
  func `a listing that leads elsewhere is refused, and nothing is downloaded`(
    path: String, oid: String
  ) async throws {
    let tree = "GET /api/models/me/model/tree/\(commit)?recursive=true"
    let entry = #"[{"type":"file","oid":"\#(oid)","size":6,"path":"\#(path)"}]"#
    try hub.serve([answered, .init(tree, json: entry)])
    #expect(await refusal(pull)?.rule == WeightHubRules.path)
    #expect(hub.finish().count == 2)
    #expect(folder.names.isEmpty)
  }
}
