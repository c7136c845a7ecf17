import Glibc

/// A server that answers what it was told to, in order, one request for each connection, and notes
/// what it was asked. It ends after its last answer, after a request that it does not expect, and
/// when nobody comes for ten minutes.
///
/// Unchecked because only its thread writes, and `finish` waits for the thread before it reads.
final class StubHub: @unchecked Sendable {
  /// A request that is expected, and what answers it.
  struct Step: Sendable {
    /// Method and target: `GET /a?b`.
    let request: String
    var status = 200
    /// Whole lines.
    var headers: [String] = []
    var body: [UInt8] = []
    /// What `Content-Length` says; nil for the truth.
    var promised: Int?

    init(
      _ request: String, _ status: Int = 200, _ headers: [String] = [], _ body: [UInt8] = [],
      promised: Int? = nil
    ) {
      self.request = request
      self.status = status
      self.headers = headers
      self.body = body
      self.promised = promised
    }

    /// An answer of JSON.
    init(_ request: String, _ status: Int = 200, _ headers: [String] = [], json: String) {
      self.init(
        request, status, headers + ["Content-Type: application/json; charset=utf-8"],
        Array(json.utf8))
    }
  }

  /// A request that came.
  struct Received: Sendable {
    /// Method and target.
    let request: String
    /// By names in small letters.
    let headers: [String: String]
    let body: [UInt8]

    var text: String { String(decoding: body, as: UTF8.self) }
  }

  /// The address, without a slash at its end.
  let origin: String
  private let listener: Int32
  private var steps: [Step] = []
  private var received: [Received] = []
  private var thread: pthread_t?

  struct Failure: Error { let code: Int32 }

  /// Takes a port of 127.0.0.1; nobody is answered before `serve`.
  init() throws {
    listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    guard listener >= 0 else { throw Failure(code: errno) }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    var size = socklen_t(MemoryLayout<sockaddr_in>.size)
    let descriptor = listener
    let isBound = withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(descriptor, $0, size) == 0 && listen(descriptor, 16) == 0
          && getsockname(descriptor, $0, &size) == 0
      }
    }
    origin = "http://127.0.0.1:\(UInt16(bigEndian: address.sin_port))"
    guard isBound else { throw Failure(code: errno) }
    Self.limitWaiting(listener)
  }

  // Not earlier: `finish` would end whatever has the number by then.
  deinit { close(listener) }

  /// Begins to answer.
  func serve(_ steps: [Step]) throws {
    self.steps = steps
    var thread = pthread_t()
    let code = pthread_create(
      &thread, nil,
      { argument in
        guard let argument else { return nil }
        Unmanaged<StubHub>.fromOpaque(argument).takeRetainedValue().answerAll()
        return nil
      }, Unmanaged.passRetained(self).toOpaque())
    guard code == 0 else { throw Failure(code: code) }
    self.thread = thread
  }

  /// Ends it and gives what was asked, in order.
  func finish() -> [Received] {
    if let thread {
      shutdown(listener, Int32(SHUT_RDWR))
      pthread_join(thread, nil)
    }
    thread = nil
    return received
  }

  private func answerAll() {
    for step in steps {
      let connection = accept(listener, nil, nil)
      guard connection >= 0 else { break }
      Self.limitWaiting(connection)
      let isExpected = answer(connection, step)
      close(connection)
      guard isExpected else { break }
    }
    // Whoever comes now is refused at once.
    shutdown(listener, Int32(SHUT_RDWR))
  }

  private func answer(_ connection: Int32, _ step: Step) -> Bool {
    guard let request = Self.read(connection) else { return false }
    received.append(request)
    guard request.request == step.request else {
      let text = Array("expected \(step.request), got \(request.request)".utf8)
      Self.write(connection, Self.head(400, [], text.count) + text)
      return false
    }
    Self.write(
      connection,
      Self.head(step.status, step.headers, step.promised ?? step.body.count) + step.body)
    return true
  }

  private static func head(_ status: Int, _ headers: [String], _ byteCount: Int) -> [UInt8] {
    let lines =
      ["HTTP/1.1 \(status) Said"] + headers
      + ["Content-Length: \(byteCount)", "Connection: close", "", ""]
    return Array(lines.joined(separator: "\r\n").utf8)
  }
}

extension StubHub {
  private static func limitWaiting(_ descriptor: Int32) {
    // Where hundreds of tests share two processors, a client may be long in coming.
    var limit = timeval(tv_sec: 600, tv_usec: 0)
    let size = socklen_t(MemoryLayout<timeval>.size)
    setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, size)
    setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &limit, size)
  }

  private static func read(_ connection: Int32) -> Received? {
    var bytes: [UInt8] = []
    while true {
      if let end = bytes.firstRange(of: Array("\r\n\r\n".utf8)) {
        let (request, headers) = parsed(bytes[..<end.lowerBound])
        let byteCount = headers["content-length"].flatMap { Int($0) } ?? 0
        if bytes.count >= end.upperBound + byteCount {
          return Received(
            request: request, headers: headers, body: Array(bytes[end.upperBound...]))
        }
      }
      var buffer = [UInt8](repeating: 0, count: 1 << 16)
      let count = recv(connection, &buffer, buffer.count, 0)
      guard count > 0 else { return nil }
      bytes += buffer[..<count]
    }
  }

  private static func parsed(_ head: ArraySlice<UInt8>) -> (String, [String: String]) {
    let lines = String(decoding: head, as: UTF8.self).split(separator: "\r\n")
    var headers: [String: String] = [:]
    for line in lines.dropFirst() {
      let halves = line.split(separator: ":", maxSplits: 1)
      guard halves.count == 2 else { continue }
      headers[halves[0].lowercased()] = String(halves[1].drop { $0 == " " })
    }
    let request = (lines.first ?? "").split(separator: " ").prefix(2).joined(separator: " ")
    return (request, headers)
  }

  private static func write(_ connection: Int32, _ bytes: [UInt8]) {
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes {
        send(connection, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
      }
      guard count > 0 else { return }
      rest = rest.dropFirst(count)
    }
  }
}
