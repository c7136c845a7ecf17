import Testing

@testable import WeightHubServer

/// The site as browsers get it: what strangers may not see is not there for them.
///
/// Where hundreds of tests share two processors, an answer may be long in coming.
@Suite(.timeLimit(.minutes(10)))
struct SiteServerTests {
  private static let begun = [
    #"{"name": "open"}"#, #"{"name": "secret", "private": true}"#,
  ]

  /// Files: an index with a record, and the record's description.
  private static let commit = """
    {"key": "header", "value": {"summary": "<script>x</script>"}}
    {"key": "file", "value": {"path": "index.json", "encoding": "utf-8", "content": \
    "{\\"records\\": [{\\"path\\": \\"r\\", \\"name\\": \\"<script>NAME\\", \
    \\"val_bpb\\": 1.5, \\"bytes\\": 77}]}"}}
    {"key": "file", "value": {"path": "r/submission.json", "encoding": "utf-8", "content": "{}"}}
    """

  private func fill(_ client: RawClient) async throws {
    for body in Self.begun {
      #expect(
        try await client.send("POST", "/api/repos/create", body, token: RunningHub.ann).status
          == 200)
    }
    for name in ["open", "secret"] {
      let commit = Self.commit.replacing("NAME", with: name)
      let path = "/api/models/ann/\(name)/commit/main"
      #expect(try await client.send("POST", path, commit, token: RunningHub.ann).status == 200)
    }
  }

  @Test func `a stranger sees nothing of a private repository`() async throws {
    try await RunningHub.serving { _, client in
      try await fill(client)
      for path in ["/", "/?q=secret", "/leaderboard", "/ann", "/?kind=model&author=ann"] {
        let page = try await client.page(path)
        #expect(page.status == 200 && !page.body.contains("ann/secret"), "\(path)")
        #expect(!page.body.contains("script&gt;secret"), "\(path)")
      }
      for rest in [
        "", "/tree/main", "/blob/main/index.json", "/commits/main", "/discussions",
        "/discussions/1", "/record/r", "/commit/0000000000000000000000000000000000000000",
      ] {
        let page = try await client.page("/ann/secret" + rest)
        let nothing = try await client.page("/ann/nothing" + rest)
        #expect(page.status == 401 && nothing.status == 401, "\(rest)")
        #expect(page.body == nothing.body.replacing("ann/nothing", with: "ann/secret"), "\(rest)")
      }
      #expect(try await client.page("/compare?a=ann/secret/r&b=ann/open/r").status == 401)
    }
  }

  @Test func `who brings a token sees private repositories`() async throws {
    try await RunningHub.serving { _, client in
      try await fill(client)
      #expect(try await client.page("/", token: RunningHub.ann).body.contains("ann/secret"))
      #expect(
        try await client.page("/leaderboard", token: RunningHub.ann).body.contains(
          "script&gt;secret"))
      #expect(try await client.page("/ann/secret/record/r", token: RunningHub.ann).status == 200)
    }
  }

  @Test func `pages of an open repository are there, and run nothing`() async throws {
    try await RunningHub.serving { _, client in
      try await fill(client)
      for path in [
        "/", "/leaderboard", "/compare", "/ann/open", "/ann/open/tree/main/r",
        "/ann/open/blob/main/index.json", "/ann/open/commits/main", "/ann/open/commit/main",
        "/ann/open/discussions", "/ann/open/record/r", "/compare?a=ann/open/r&b=ann/open/r",
      ] {
        let page = try await client.page(path)
        #expect(page.status == 200, "\(path)")
        #expect(!page.body.contains("<script"), "\(path)")
        #expect(page.head.contains("text/html; charset=utf-8"), "\(path)")
        #expect(page.head.contains("nosniff") && page.head.contains("default-src 'none'"))
      }
    }
  }

  @Test func `what is missing is a page for browsers and JSON for programs`() async throws {
    try await RunningHub.serving { _, client in
      let page = try await client.page("/ann/nothing/nowhere/at/all")
      #expect(page.status == 404 && page.head.contains("text/html"))
      let answer = try await client.send("GET", "/ann/nothing", token: RunningHub.ann)
      #expect(answer.status == 404 && answer.head.contains("application/json"))
      #expect(answer.head.contains("RepoNotFound"))
      let closed = try await client.page("/ann/nothing")
      #expect(closed.status == 401 && closed.head.contains("WWW-Authenticate: Basic"))
    }
  }

  @Test func `a folder that is no record has no page as one`() async throws {
    try await RunningHub.serving { _, client in
      try await fill(client)
      #expect(try await client.page("/ann/open/record").status == 404)
      #expect(try await client.page("/ann/open/record/nowhere").status == 404)
    }
  }
}
