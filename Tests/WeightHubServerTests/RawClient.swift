import Glibc
import JSON
import Testing

/// Speaks HTTP to a port of this machine, one request for each connection.
struct RawClient {
  struct Answer {
    let status: Int
    /// The first line and the fields.
    let head: String
    let bytes: [UInt8]

    var body: String { String(decoding: bytes, as: UTF8.self) }
    /// The body as JSON; null where it is none.
    var json: JSONValue { (try? JSONValue(parsing: bytes)) ?? .null }
  }

  struct Failure: Error {}

  let port: UInt16

  /// A page, as a browser asks for it.
  func page(_ path: String, token: String? = nil) async throws -> Answer {
    try await send("GET", path, token: token, accept: "text/html,*/*")
  }

  func send(
    _ method: String, _ path: String, _ body: String, token: String?
  ) async throws -> Answer {
    try await send(method, path, Array(body.utf8), token: token)
  }

  func send(
    _ method: String, _ path: String, _ body: [UInt8] = [], token: String?, accept: String = "*/*"
  ) async throws -> Answer {
    let head =
      "\(method) \(path) HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nAccept: \(accept)\r\n"
      + (token.map { "Authorization: Bearer \($0)\r\n" } ?? "")
      + "Content-Length: \(body.count)\r\n\r\n"
    let answer = try await exchange(Array(head.utf8) + body)
    let end = try #require(answer.firstRange(of: Array("\r\n\r\n".utf8)))
    let text = String(decoding: answer[..<end.lowerBound], as: UTF8.self)
    let status = try #require(text.split(separator: " ").dropFirst().first.flatMap { Int($0) })
    return Answer(status: status, head: text, bytes: Array(answer[end.upperBound...]))
  }

  private func exchange(_ request: [UInt8]) async throws -> [UInt8] {
    let descriptor = try connected()
    defer { close(descriptor) }
    var rest = request[...]
    while !rest.isEmpty {
      let count = try Self.sent(rest, descriptor)
      rest = rest.dropFirst(count)
      if count == 0 { try await Self.letOthersWork() }
    }
    var answer: [UInt8] = []
    while let part = try Self.received(descriptor) {
      answer += part
      if part.isEmpty { try await Self.letOthersWork() }
    }
    return answer
  }

  private func connected() throws -> Int32 {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    let code = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
    guard code == 0 else {
      close(descriptor)
      throw Failure()
    }
    return descriptor
  }

  /// Waiting in the system would take a thread from the server.
  private static func letOthersWork() async throws { try await Task.sleep(for: .milliseconds(2)) }

  /// How much went out by now.
  private static func sent(_ bytes: ArraySlice<UInt8>, _ descriptor: Int32) throws -> Int {
    let count = bytes.withUnsafeBytes {
      Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_DONTWAIT | MSG_NOSIGNAL))
    }
    guard count < 0 else { return count }
    guard errno == EAGAIN || errno == EINTR else { throw Failure() }
    return 0
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

// MARK: What repositories are filled with

extension RawClient {
  /// Begins a repository.
  func create(_ id: String, type: String = "model", isPrivate: Bool = false) async throws {
    let parts = id.split(separator: "/").map(String.init)
    let body: JSONValue = [
      "organization": .string(parts[0]), "name": .string(parts[1]), "type": .string(type),
      "private": .bool(isPrivate),
    ]
    let answer = try await send(
      "POST", "/api/repos/create", body.text(), token: RunningHub.ann)
    #expect(answer.status == 200, "\(answer.body)")
  }

  /// Commits steps to a branch; gives what is answered.
  func commit(
    _ steps: [JSONValue], to id: String, at revision: String = "main", parent: String? = nil,
    query: String = ""
  ) async throws -> Answer {
    var header: [(key: String, value: JSONValue)] = [("summary", "a change")]
    if let parent { header.append(("parentCommit", .string(parent))) }
    let first: JSONValue = ["key": "header", "value": .object(header)]
    let lines = ([first] + steps).map { $0.text() }.joined(separator: "\n")
    return try await send(
      "POST", "/api/models/\(id)/commit/\(revision)\(query)", lines, token: RunningHub.ann)
  }

  /// A step of a commit: a text.
  static func file(_ path: String, _ text: String) -> JSONValue {
    [
      "key": "file",
      "value": ["path": .string(path), "encoding": "utf-8", "content": .string(text)],
    ]
  }

  /// A step of a commit: a large file, which was uploaded before.
  static func largeFile(_ path: String, _ sha256: String, _ byteCount: Int) -> JSONValue {
    [
      "key": "lfsFile",
      "value": [
        "path": .string(path), "algo": "sha256", "oid": .string(sha256),
        "size": .integer(byteCount),
      ],
    ]
  }
}
