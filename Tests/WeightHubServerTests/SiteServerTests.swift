import Diagnostics
import Glibc
import TestSupport
import Testing

@testable import WeightHubServer

/// The site as browsers get it: what strangers may not see is not there for them.
@Suite(.timeLimit(.minutes(1)))
struct SiteServerTests {
  private static let writer = "token-of-ann"

  /// A server of a new Hub, on which strangers may read.
  private func serving(_ work: (RawClient) async throws -> Void) async throws {
    let folder = try TemporaryFolder()
    let tokens = try folder.write("tokens", Array("\(Self.writer) ann write\n".utf8))
    var server = HubServer(
      try Hub(root: folder.path("hub")),
      policy: try AccessPolicy(tokenFile: tokens, strangersMayRead: true))
    server.port = 0
    let (addresses, told) = AsyncStream<String>.makeStream()
    let running = server
    let task = Task { try await running.run { told.yield($0) } }
    var iterator = addresses.makeAsyncIterator()
    let address = try #require(await iterator.next())
    let port = try #require(address.split(separator: ":").last.flatMap { UInt16($0) })
    defer { task.cancel() }
    try await work(RawClient(port: port, token: Self.writer))
  }

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
        try await client.send("POST", "/api/repos/create", body, hasToken: true).status == 200)
    }
    for name in ["open", "secret"] {
      let commit = Self.commit.replacing("NAME", with: name)
      let path = "/api/models/ann/\(name)/commit/main"
      #expect(try await client.send("POST", path, commit, hasToken: true).status == 200)
    }
  }

  @Test func `a stranger sees nothing of a private repository`() async throws {
    try await serving { client in
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
    try await serving { client in
      try await fill(client)
      #expect(try await client.page("/", hasToken: true).body.contains("ann/secret"))
      #expect(
        try await client.page("/leaderboard", hasToken: true).body.contains("script&gt;secret"))
      #expect(try await client.page("/ann/secret/record/r", hasToken: true).status == 200)
    }
  }

  @Test func `pages of an open repository are there, and run nothing`() async throws {
    try await serving { client in
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
    try await serving { client in
      let page = try await client.page("/ann/nothing/nowhere/at/all")
      #expect(page.status == 404 && page.head.contains("text/html"))
      let answer = try await client.send("GET", "/ann/nothing", "", hasToken: true)
      #expect(answer.status == 404 && answer.head.contains("application/json"))
      #expect(answer.head.contains("RepoNotFound"))
      let closed = try await client.page("/ann/nothing")
      #expect(closed.status == 401 && closed.head.contains("WWW-Authenticate: Basic"))
    }
  }

  @Test func `a folder that is no record has no page as one`() async throws {
    try await serving { client in
      try await fill(client)
      #expect(try await client.page("/ann/open/record").status == 404)
      #expect(try await client.page("/ann/open/record/nowhere").status == 404)
    }
  }
}

/// Speaks HTTP to a port of this machine, one request for each connection.
private struct RawClient {
  struct Answer {
    let status: Int
    let head: String
    let body: String
  }

  struct Failure: Error {}

  let port: UInt16
  let token: String

  /// A page, as a browser asks for it.
  func page(_ path: String, hasToken: Bool = false) async throws -> Answer {
    try await send("GET", path, "", hasToken: hasToken, accept: "text/html,*/*")
  }

  func send(
    _ method: String, _ path: String, _ body: String, hasToken: Bool, accept: String = "*/*"
  ) async throws -> Answer {
    let request =
      "\(method) \(path) HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nAccept: \(accept)\r\n"
      + (hasToken ? "Authorization: Bearer \(token)\r\n" : "")
      + "Content-Length: \(body.utf8.count)\r\n\r\n\(body)"
    let text = try await exchange(Array(request.utf8))
    let end = try #require(text.firstRange(of: "\r\n\r\n"))
    let status = try #require(text.split(separator: " ").dropFirst().first.flatMap { Int($0) })
    return Answer(
      status: status, head: String(text[..<end.lowerBound]), body: String(text[end.upperBound...]))
  }

  private func exchange(_ request: [UInt8]) async throws -> String {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    defer { close(descriptor) }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    let connected = withUnsafePointer(to: address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
    guard connected == 0, write(descriptor, request, request.count) == request.count else {
      throw Failure()
    }
    var answer: [UInt8] = []
    while let part = try Self.received(descriptor) {
      answer += part
      // Waiting in the system would take a thread from the server.
      if part.isEmpty { try await Task.sleep(for: .milliseconds(2)) }
    }
    return String(decoding: answer, as: UTF8.self)
  }

  /// What has arrived by now; nil at the end.
  private static func received(_ descriptor: Int32) throws -> [UInt8]? {
    var buffer = [UInt8](repeating: 0, count: 65_536)
    let count = recv(descriptor, &buffer, buffer.count, Int32(MSG_DONTWAIT))
    if count > 0 { return Array(buffer[..<count]) }
    if count == 0 { return nil }
    guard errno == EAGAIN || errno == EINTR else { throw Failure() }
    return []
  }
}
