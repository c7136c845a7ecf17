import Diagnostics
import JSON
import TestSupport
import Testing

@testable import WeightHub

/// What the public Hub answers, as far as that is known without asking it: written by hand after the
/// code by which huggingface_hub 2.4.0 reads such answers, and the public documentation of the
/// protocols (the Hub's API, Git LFS's batch and its multipart transfers). Nothing here was recorded
/// from the Hub.
struct RecordedHubTests {
  private let folder: TemporaryFolder
  private let hub: StubHub
  /// Another host, where the Hub keeps large files.
  private let cdn: StubHub
  private let commit = String(repeating: "c", count: 40)

  private let small = Array("hello\n".utf8)
  // `git hash-object` of it.
  private let smallSHA1 = "ce013625030ba8dba906f756967f9e9ca394464a"
  private let large = (0..<2500).map { UInt8($0 * 7 % 251) }
  // `sha256sum` of it, and `git hash-object` of its pointer.
  private let largeSHA256 = "646db9abafe4f1ece93f8bc80f98968cc8fa443df7d4de5457ad3b73c85eb337"
  private let pointerSHA1 = "ae241f047ed970e2d66e9beb2ba7c901e75b2e6a"
  /// A signed address, with all that may stand in one.
  private let signed =
    "/repos/ab/cd/646d?response-content-disposition=inline%3B+filename*%3DUTF-8%27%27m.bin%3B"
    + "&Expires=1764380000&Policy=eyJ~-_&Signature=a~b-c__&Key-Pair-Id=K3"

  init() throws {
    folder = try TemporaryFolder()
    hub = try StubHub()
    cdn = try StubHub()
  }

  /// What came of work with a client, which is closed.
  private func asking<Outcome>(
    _ work: (HubClient) async throws -> Outcome
  ) async throws -> Outcome {
    let client = HubClient(
      HubSettings(
        endpoint: hub.origin, token: HubToken("hf_secret"), cache: folder.path("hub")))
    do {
      let outcome = try await work(client)
      await client.close()
      return outcome
    } catch {
      await client.close()
      throw error
    }
  }

  private func repository() throws -> RepositoryAddress { try RepositoryAddress("me/model") }

  private func pulled() async throws -> Pull.Outcome {
    var pull = Pull(try repository())
    pull.width = 1
    return try await asking { [pull] in try await pull.run(try await pull.plan($0), $0) }
  }

  private func content(_ outcome: Pull.Outcome, _ path: String) throws -> [UInt8] {
    try TemporaryFolder.bytes(of: "\(outcome.folder)/\(path)")
  }

  // MARK: Answers

  private var revision: StubHub.Step {
    .init(
      "GET /api/models/me/model/revision/main",
      json: """
        {"_id":"65","id":"me/model","modelId":"me/model","author":"me","sha":"\(commit)",
        "private":false,"gated":"manual","disabled":false,"downloads":1,"tags":["region:us"],
        "siblings":[{"rfilename":"m.bin"}],"cardData":null,"usedStorage":2500.0}
        """)
  }

  private var tree: String { "/api/models/me/model/tree/\(commit)?recursive=true" }

  private var largeEntry: String {
    """
    {"type":"file","oid":"\(pointerSHA1)","size":2500,"xetHash":"\(largeSHA256)",
    "lfs":{"oid":"\(largeSHA256)","size":2500,"pointerSize":129},"path":"m.bin",
    "lastCommit":null,"securityFileStatus":{"status":"safe","avScan":null}}
    """
  }

  private var smallEntry: String {
    #"{"type":"file","oid":"\#(smallSHA1)","size":6,"path":"a/config.json","new":[1e3,{}]}"#
  }

  /// A repository of one large file.
  private var oneLarge: [StubHub.Step] {
    [revision, .init("GET " + tree, json: "[\(largeEntry)]")]
  }

  private var largeResolved: StubHub.Step {
    .init(
      "GET /me/model/resolve/\(commit)/m.bin", 302,
      [
        "Location: \(cdn.origin)\(signed)", "X-Repo-Commit: \(commit)", "Vary: Origin, Accept",
        "X-Linked-Size: 2500", "X-Linked-Etag: \"\(largeSHA256)\"", "X-Xet-Hash: \(largeSHA256)",
        "Link: <\(hub.origin)/auth>; rel=\"xet-auth\", <\(cdn.origin)/x>; rel=\"xet\"",
        "Content-Type: text/plain; charset=utf-8",
      ], Array("Found. Redirecting to \(cdn.origin)".utf8))
  }

  // MARK: Downloads

  @Test func `a listing of two pages is pulled, and the CDN is not told the token`() async throws {
    let page = "\(tree)&expand=false&cursor=ZXlKbWFX%3D%3D&limit=1000"
    try cdn.serve([.init("GET " + signed, 200, ["ETag: \"md5\"", "Age: 12"], large)])
    try hub.serve([
      revision,
      .init(
        "GET " + tree, 200,
        [
          "Link: <\(hub.origin)\(tree)&cursor=0>; rel=\"prev\", <\(hub.origin)\(page)>; "
            + "rel=\"next\""
        ], json: #"[{"type":"directory","oid":"\#(smallSHA1)","size":0,"path":"a"},\#(smallEntry)]"#
      ),
      .init("GET " + page, json: "[\(largeEntry)]"),
      .init(
        "GET /me/model/resolve/\(commit)/a/config.json", 200,
        [
          "ETag: \"\(smallSHA1)\"", "X-Repo-Commit: \(commit)", "Accept-Ranges: bytes",
          "Content-Disposition: inline; filename*=UTF-8''config.json; filename=\"config.json\";",
        ], small),
      largeResolved,
    ])
    let outcome = try await pulled()
    #expect(outcome.commit == commit && outcome.files.map(\.path) == ["a/config.json", "m.bin"])
    #expect(try content(outcome, "a/config.json") == small)
    #expect(try content(outcome, "m.bin") == large)
    let (asked, askedElsewhere) = (hub.finish(), cdn.finish())
    #expect(asked.count == 5)
    #expect(asked.allSatisfy { $0.headers["authorization"] == "Bearer hf_secret" })
    #expect(askedElsewhere.map(\.request) == ["GET " + signed])
    #expect(askedElsewhere.allSatisfy { $0.headers["authorization"] == nil })
  }

  @Test func `a repository of another name by now is followed with the token`() async throws {
    try hub.serve([
      .init(
        "GET /api/models/me/model/revision/main", 307,
        ["Location: /api/models/me/renamed/revision/main"],
        Array("Temporary Redirect. Redirecting to /api/models/me/renamed".utf8)),
      .init("GET /api/models/me/renamed/revision/main", json: #"{"sha":"\#(commit)"}"#),
    ])
    #expect(try await asking { try await $0.commit(of: try repository()) } == commit)
    let asked = hub.finish()
    #expect(asked.map { $0.headers["authorization"] == "Bearer hf_secret" } == [true, true])
  }

  @Test func `what is sent to a repository of another name is sent again`() async throws {
    let place = "/api/models/me/renamed/preupload/main"
    try hub.serve([
      .init("POST /api/models/me/model/preupload/main", 307, ["Location: \(place)"]),
      .init(
        "POST " + place,
        json: """
          {"files":[{"path":"config.json","uploadMode":"regular","shouldIgnore":false,
          "oid":"\(smallSHA1)"}]}
          """),
    ])
    let files = [LocalFile(path: "config.json", .bytes(small))]
    let push = Push(try repository(), title: "x")
    #expect(try await asking { try await push.plan(files, $0) }.isEmpty)
    let asked = hub.finish()
    #expect(asked.count == 2 && asked[0].body == asked.last?.body)
    #expect(asked.last?.headers["authorization"] == "Bearer hf_secret")
  }

  @Test func `a small file of the Hub's own cache is found by a relative redirect`() async throws {
    let place = "/api/resolve-cache/models/me/model/\(commit)/a%2Fconfig.json"
    try hub.serve([
      revision, .init("GET " + tree, json: "[\(smallEntry)]"),
      .init(
        "GET /me/model/resolve/\(commit)/a/config.json", 307,
        [
          "Location: \(place)?%2Fme%2Fmodel=&etag=%22\(smallSHA1)%22",
          "X-Linked-Etag: \"\(smallSHA1)\"",
        ]),
      .init("GET \(place)?%2Fme%2Fmodel=&etag=%22\(smallSHA1)%22", 200, [], small),
    ])
    #expect(try content(try await pulled(), "a/config.json") == small)
    #expect(hub.finish().count == 4)
  }

  @Test func `what ends early goes on where it ended`() async throws {
    try cdn.serve([
      .init("GET " + signed, 200, [], Array(large[..<1000]), promised: 2500),
      .init(
        "GET " + signed, 206, ["Content-Range: bytes 1000-2499/2500"], Array(large[1000...])),
    ])
    try hub.serve(oneLarge + [largeResolved, largeResolved])
    #expect(try content(try await pulled(), "m.bin") == large)
    #expect(hub.finish().map { $0.headers["range"] } == [nil, nil, nil, "bytes=1000-"])
    #expect(cdn.finish().map { $0.headers["range"] } == [nil, "bytes=1000-"])
  }

  @Test func `what ends early begins anew where the CDN knows no ranges`() async throws {
    try cdn.serve([
      .init("GET " + signed, 200, [], Array(large[..<1000]), promised: 2500),
      .init("GET " + signed, 200, [], large),
    ])
    try hub.serve(oneLarge + [largeResolved, largeResolved])
    #expect(try content(try await pulled(), "m.bin") == large)
  }

  @Test func `other bytes of the right length are refused and not kept`() async throws {
    try cdn.serve([.init("GET " + signed, 200, [], large.reversed())])
    try hub.serve(oneLarge + [largeResolved])
    let error = await #expect(throws: Rejection.self) { try await pulled() }
    #expect(error?.rule == WeightHubRules.digest)
    let kept = try folder.bytes("hub/models--me--model/blobs/\(largeSHA256).incomplete")
    #expect(kept.isEmpty)
  }

  @Test func `a listing that ends early is asked for again`() async throws {
    let answer = #"{"sha":"\#(commit)"}"#
    try hub.serve([
      .init(
        "GET /api/models/me/model/revision/main", 200, ["Content-Type: application/json"],
        Array(answer.utf8.prefix(20)), promised: answer.utf8.count), revision,
    ])
    let found = try await asking { try await $0.commit(of: try repository()) }
    #expect(found == commit)
  }

  @Test(arguments: ["http+unix://%2Frun%2Fdocker.sock/x", "file:///etc/passwd"])
  func `a redirect to what is no Hub is refused`(location: String) async throws {
    try hub.serve(
      oneLarge + [
        .init("GET /me/model/resolve/\(commit)/m.bin", 302, ["Location: \(location)"])
      ])
    let error = await #expect(throws: Rejection.self) { try await pulled() }
    #expect(error?.rule == WeightHubRules.answer)
    #expect(hub.finish().count == 3)
  }

  // MARK: Failures

  @Test(arguments: [
    (429, "RateLimit: \"api\";r=0;t=0"),
    (503, "Content-Type: text/html"),
  ])
  func `what passes is tried again`(status: Int, header: String) async throws {
    let policy = "RateLimit-Policy: \"fixed window\";\"api\";q=500;w=300"
    try hub.serve([
      .init("GET /api/models/me/model/revision/main", status, [header, policy]), revision,
    ])
    #expect(try await asking { try await $0.commit(of: try repository()) } == commit)
    #expect(hub.finish().count == 2)
  }

  private func refusal(_ answer: StubHub.Step) async throws -> Rejection? {
    try hub.serve([answer])
    return await #expect(throws: Rejection.self) {
      _ = try await asking { try await $0.commit(of: try repository()) }
    }
  }

  @Test(arguments: [401, 403])
  func `a gated repository is told in the Hub's words`(status: Int) async throws {
    let error = try await refusal(
      .init(
        "GET /api/models/me/model/revision/main", status,
        [
          "X-Error-Code: GatedRepo",
          "X-Error-Message: Access to model me/model is restricted, visit its page.",
        ], json: #"{"error":"Access to model me/model is restricted."}"#))
    #expect(error?.rule == WeightHubRules.access)
    #expect(error?.message.contains("restricted, visit its page") == true)
  }

  @Test(arguments: [401, 404])
  func `a repository that nobody shows is not found`(status: Int) async throws {
    let error = try await refusal(
      .init(
        "GET /api/models/me/model/revision/main", status,
        ["X-Error-Code: RepoNotFound", "X-Error-Message: Repository not found"],
        json: #"{"error":"Repository not found"}"#))
    #expect(error?.rule == WeightHubRules.notFound)
  }

  @Test func `a page instead of JSON makes no sense`() async throws {
    let error = try await refusal(
      .init(
        "GET /api/models/me/model/revision/main", 200, ["Content-Type: text/html"],
        Array("<!DOCTYPE html><html><body>Log in</body></html>".utf8)))
    #expect(error?.rule == WeightHubRules.answer)
  }
}

// MARK: Uploads

extension RecordedHubTests {
  private var preupload: StubHub.Step {
    .init(
      "POST /api/models/me/model/preupload/main",
      json: """
        {"commitOid":"\(commit)","files":[
        {"path":"config.json","uploadMode":"regular","shouldIgnore":false},
        {"path":"m.bin","uploadMode":"lfs","shouldIgnore":false}]}
        """)
  }

  private var committed: StubHub.Step {
    .init(
      "POST /api/models/me/model/commit/main",
      json: """
        {"success":true,"commitOid":"\(commit)","hookOutput":"",
        "commitUrl":"https://huggingface.co/me/model/commit/\(commit)"}
        """)
  }

  private func batch(_ actions: String) -> StubHub.Step {
    let object = #"{"oid":"\#(largeSHA256)","size":2500,"authenticated":true\#(actions)}"#
    return .init(
      "POST /me/model.git/info/lfs/objects/batch", 200,
      ["Content-Type: application/vnd.git-lfs+json"],
      Array(#"{"transfer":"multipart","objects":[\#(object)]}"#.utf8))
  }

  /// Parts of 1000 bytes, whose numbers are written as the argument says.
  private func multipart(_ names: [String], chunkSize: String = "\"1000\"") -> String {
    let parts = names.enumerated().map { #""\#($1)":"\#(cdn.origin)/part?n=\#($0 + 1)&sig=a%2Fb""# }
    return """
      ,"actions":{"upload":{"href":"\(hub.origin)/api/complete_multipart?uploadId=u%2B",
      "header":{"chunk_size":\(chunkSize),\(parts.joined(separator: ","))}},
      "verify":{"href":"\(hub.origin)/me/model.git/info/lfs/objects/verify",
      "header":{"X-Verify":"yes"}}}
      """
  }

  private func pushed() async throws -> Push.Outcome {
    let files = [
      LocalFile(path: "config.json", .bytes(small)),
      LocalFile(path: "m.bin", .file(try folder.write("m.bin", large))),
    ]
    let push = Push(try repository(), title: "Add weights")
    return try await asking { try await push.run(try await push.plan(files, $0), $0) }
  }

  private func json(_ bytes: [UInt8]) throws -> JSONValue {
    try JSONValue(parsing: bytes.span.bytes)
  }

  private func expectCommit(_ request: StubHub.Received) throws {
    #expect(request.headers["content-type"] == "application/x-ndjson")
    let lines = try request.text.split(separator: "\n").map { try json(Array($0.utf8)) }
    #expect(
      lines == [
        ["key": "header", "value": ["summary": "Add weights", "description": ""]],
        [
          "key": "file",
          "value": ["path": "config.json", "encoding": "base64", "content": "aGVsbG8K"],
        ],
        [
          "key": "lfsFile",
          "value": [
            "path": "m.bin", "algo": "sha256", "oid": .string(largeSHA256), "size": 2500,
          ],
        ],
      ])
  }

  // Python's client reads the numbers of parts as numbers, so zeros may come before them.
  @Test(arguments: [["1", "2", "3"], ["00001", "00002", "00003"]])
  func `a large file is sent in parts, completed, verified and committed`(
    names: [String]
  ) async throws {
    try cdn.serve(
      (1...3).map { .init("PUT /part?n=\($0)&sig=a%2Fb", 200, ["ETag: \"tag-\($0)\""]) })
    try hub.serve([
      preupload, batch(multipart(names)),
      .init("POST /api/complete_multipart?uploadId=u%2B", json: #"{"success":true}"#),
      .init("POST /me/model.git/info/lfs/objects/verify", json: "{}"), committed,
    ])
    let outcome = try? await pushed()
    let (asked, parts) = (hub.finish(), cdn.finish())
    #expect(outcome?.commit == commit && outcome?.sentByteCount == 2506)
    #expect(
      parts.map(\.body) == [large[..<1000], large[1000..<2000], large[2000...]].map(Array.init))
    #expect(parts.allSatisfy { $0.headers["authorization"] == nil })
    try #require(asked.count == 5)
    #expect(asked.allSatisfy { $0.headers["authorization"] == "Bearer hf_secret" })
    #expect(try json(asked[1].body)["objects"]?.elements?.first?["oid"]?.string == largeSHA256)
    #expect(
      try json(asked[2].body) == [
        "oid": .string(largeSHA256),
        "parts": [
          ["partNumber": 1, "etag": "\"tag-1\""], ["partNumber": 2, "etag": "\"tag-2\""],
          ["partNumber": 3, "etag": "\"tag-3\""],
        ],
      ])
    #expect(try json(asked[3].body) == ["oid": .string(largeSHA256), "size": 2500])
    #expect(asked[3].headers["x-verify"] == "yes")
    try expectCommit(asked[4])
  }

  @Test func `the size of parts may be a number`() async throws {
    try cdn.serve(
      (1...3).map { .init("PUT /part?n=\($0)&sig=a%2Fb", 200, ["ETag: \"tag-\($0)\""]) })
    try hub.serve([
      preupload, batch(multipart(["1", "2", "3"], chunkSize: "1000")),
      .init("POST /api/complete_multipart?uploadId=u%2B", json: #"{"success":true}"#),
      .init("POST /me/model.git/info/lfs/objects/verify", json: "{}"), committed,
    ])
    let outcome = try await pushed()
    #expect(outcome.commit == commit)
    #expect(cdn.finish().map(\.body.count) == [1000, 1000, 500])
  }

  @Test func `a large file is sent as one to where the batch says`() async throws {
    try cdn.serve([.init("PUT /whole?sig=a", 200, ["ETag: \"tag\""])])
    try hub.serve([
      preupload, batch(#","actions":{"upload":{"href":"\#(cdn.origin)/whole?sig=a"}}"#), committed,
    ])
    #expect(try await pushed().commit == commit)
    let parts = cdn.finish()
    #expect(parts.map(\.body) == [large] && parts[0].headers["authorization"] == nil)
    #expect(hub.finish().count == 3)
  }

  @Test func `what the Hub has already is committed and not sent`() async throws {
    try hub.serve([preupload, batch(""), committed])
    #expect(try await pushed().sentByteCount == 6)
    let asked = hub.finish()
    try #require(asked.count == 3)
    try expectCommit(asked[2])
  }
}
