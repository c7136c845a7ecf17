internal import HTTPTypes
internal import Hummingbird
internal import JSON

/// A request on its way to an answer: what it names, who sent it, and where the server is for them.
struct Call: Sendable {
  let request: Request
  let target: RequestTarget
  let visitor: Visitor
  /// The server's address as the client knows it, without a slash at its end.
  let address: String

  var method: HTTPRequest.Method { request.method }

  /// Throws unless it has this method.
  func require(_ methods: HTTPRequest.Method...) throws {
    guard methods.contains(method) else {
      throw HubFailure(status: 405, message: "\(method.rawValue) is not possible here")
    }
  }

  /// The name of whoever may write; throws for others.
  func writer() throws -> String {
    guard visitor.mayWrite else {
      throw visitor.name == nil
        ? HubFailure.unauthorized : .forbidden("this token may read, but not write")
    }
    return visitor.name ?? ""
  }

  /// Throws unless the visitor may remove and hide a repository: those in their own namespace, or
  /// all.
  func requireOwner(of name: RepositoryName) throws {
    guard visitor.mayAdminister || visitor.name == name.namespace else {
      throw HubFailure.forbidden("\(name.id) is another user's; that takes an admin's token")
    }
  }

  /// Bytes a second that a body which is held in memory must come with on average.
  private static let leastRate = 16 << 10

  /// The whole body, of at most so many bytes.
  func body(upTo byteCount: Int = 1 << 20) async throws -> [UInt8] {
    if let announced = request.headers[.contentLength].flatMap(Int.init), announced > byteCount {
      throw HubFailure.tooLarge("at most \(byteCount) bytes are taken here")
    }
    var bytes: [UInt8] = []
    let start = ContinuousClock.now
    for try await buffer in request.body {
      // Whoever sends a byte now and then would keep what others wait for.
      let seconds = (ContinuousClock.now - start).components.seconds
      guard seconds < 30 || bytes.count > Int(seconds) * Self.leastRate else {
        throw HubFailure(status: 408, message: "the body comes too slowly")
      }
      guard bytes.count + buffer.readableBytes <= byteCount else {
        throw HubFailure.tooLarge("at most \(byteCount) bytes are taken here")
      }
      bytes.append(contentsOf: buffer.readableBytesView)
    }
    return bytes
  }

  /// The body as JSON; an empty one is an object of nothing.
  func json(upTo byteCount: Int = 1 << 20) async throws -> JSONValue {
    let bytes = try await body(upTo: byteCount)
    guard !bytes.isEmpty else { return .object([]) }
    return try Self.json(bytes)
  }

  /// JSON that a client sent.
  // A span that lives in an asynchronous function breaks its stack (Swift 6.3), also one that was
  // inlined into it.
  @inline(never)
  static func json(_ bytes: [UInt8]) throws -> JSONValue {
    do { return try JSONValue(parsing: bytes.span.bytes) } catch {
      throw HubFailure.badRequest("the body is no JSON: \(error)")
    }
  }
}

extension Response {
  /// JSON, under a status.
  static func json(
    _ value: JSONValue, _ status: HTTPResponse.Status = .ok, headers: HTTPFields = [:]
  ) -> Response {
    var headers = headers
    headers[.contentType] = "application/json; charset=utf-8"
    return Response(
      status: status, headers: headers,
      body: ResponseBody(byteBuffer: ByteBuffer(string: value.text())))
  }

  /// An error, as the protocol tells it.
  static func failure(_ failure: HubFailure) -> Response {
    var headers = HTTPFields()
    // Header values are of Latin letters, whatever a path holds.
    headers[.errorMessage] = String(
      failure.message.unicodeScalars.map { (0x20..<0x7F).contains($0.value) ? Character($0) : "?" })
    if let code = failure.code { headers[.errorCode] = code }
    return .json(
      ["error": .string(failure.message)], HTTPResponse.Status(code: failure.status),
      headers: headers)
  }
}

extension HTTPField.Name {
  static let errorCode = named("X-Error-Code")
  static let errorMessage = named("X-Error-Message")
  static let repositoryCommit = named("X-Repo-Commit")
  static let link = named("Link")
  static let host = named("Host")
  static let fetchSite = named("Sec-Fetch-Site")
  static let contentTypeOptions = named("X-Content-Type-Options")
  static let xetAddress = named("X-Xet-Cas-Url")
  static let xetToken = named("X-Xet-Access-Token")
  static let xetExpiry = named("X-Xet-Token-Expiration")

  private static func named(_ name: String) -> Self {
    guard let field = Self(name) else { preconditionFailure("\(name) is no name of a field") }
    return field
  }
}
