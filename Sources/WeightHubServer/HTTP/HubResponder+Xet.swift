internal import GRDB
internal import HTTPTypes
internal import Hummingbird
internal import JSON
internal import NIOCore
internal import Xet

extension HubResponder {
  private static let greatestBody = 64 << 20
  private static let greatestFile = 64 << 30

  /// Permits a client to write chunks, or to read them.
  func xetToken(
    _ name: RepositoryName, _ revision: String, isWrite: Bool, _ call: Call
  ) async throws -> Response {
    try call.require(.get)
    let user = isWrite ? try call.writer() : call.visitor.name ?? ""
    try await hub.database.read { _ = try repository(name, for: call.visitor, in: $0) }
    let grant = Grant(
      purpose: isWrite ? "xet write" : "xet read", user: user, expiry: Timestamp.now + 3600)
    let token = grant.text(signedWith: hub.secret)
    let address = "\(call.address)/xet/\(hub.instance)"
    var headers = HTTPFields()
    headers[.xetAddress] = address
    headers[.xetToken] = token
    headers[.xetExpiry] = String(grant.expiry)
    return .json(
      [
        "accessToken": .string(token), "exp": .integer(grant.expiry), "casUrl": .string(address),
      ], headers: headers)
  }

  /// Answers a client of the chunk store. Which chunks are here is not told: what is asked for by
  /// its hash would be had without the right to read it.
  func answer(_ route: Route.XetRoute, _ call: Call) async throws -> Response {
    switch route {
    case .xorb(let instance, let hash): return try await takeXorb(hash, instance, call)
    case .shard(let instance): return try await takeShard(instance, call)
    }
  }

  private func takeXorb(_ hash: String, _ instance: String, _ call: Call) async throws -> Response {
    let byteCount = try announced(by: call, instance)
    let hash = try Self.hash(hash)
    let share = await allowance.share(of: byteCount)
    let bytes = try await call.body(upTo: Self.greatestBody + (1 << 20))
    let contents = hub.contents
    let isNew = try await contents.offload { try contents.enter(xorb: bytes, named: hash) }
    withExtendedLifetime(share) {}
    return .json(["was_inserted": .bool(isNew)])
  }

  private func takeShard(_ instance: String, _ call: Call) async throws -> Response {
    let byteCount = try announced(by: call, instance)
    let share = await allowance.share(of: byteCount)
    let bytes = try await call.body(upTo: Self.greatestBody)
    let contents = hub.contents
    try await contents.offload { try Self.enter(shard: bytes, in: contents) }
    withExtendedLifetime(share) {}
    return Self.accepted(isSecondVersion: call.target.parts[2] == "v2")
  }

  @inline(never)
  private static func hash(_ text: String) throws -> XetHash {
    guard let hash = XetHash(hex: text) else {
      throw HubFailure.badRequest("that is no hash of a xorb")
    }
    return hash
  }

  @inline(never)
  private static func accepted(isSecondVersion: Bool) -> Response {
    guard isSecondVersion else { return .json(["result": 1]) }
    return Response(
      status: .ok, headers: [.contentType: "application/x-ndjson"],
      body: ResponseBody(byteBuffer: ByteBuffer(string: "{\"type\":\"result\",\"result\":1}\n")))
  }

  private static func enter(shard bytes: [UInt8], in contents: ContentStore) throws {
    let shard = try Shard(parsing: bytes.span.bytes)
    // Segments may name the same chunks again and again: what they come to is bounded first.
    guard shard.files.count <= 10_000,
      shard.files.allSatisfy({ $0.byteCount <= greatestFile }),
      shard.files.reduce(0, { $0 + $1.segments.reduce(0) { $0 + $1.chunks.count } }) <= 1 << 21
    else { throw HubFailure.tooLarge("files of a shard have at most \(greatestFile) bytes") }
    for file in shard.files { try contents.enter(file) }
  }

  /// The bytes that a body will take, of a client that has a permission; what is too long takes
  /// none.
  // Inlined into an asynchronous function its buffers are freed in the wrong order (Swift 6.3).
  @inline(never)
  private func announced(by call: Call, _ instance: String) throws -> Int {
    try call.require(.post)
    try checkGrant(call, instance)
    let byteCount = call.request.headers[.contentLength].flatMap(Int.init) ?? Self.greatestBody
    guard (0...(Self.greatestBody + (1 << 20))).contains(byteCount) else {
      throw HubFailure.tooLarge("at most \(Self.greatestBody) bytes are taken at once")
    }
    return byteCount
  }

  private func checkGrant(_ call: Call, _ instance: String) throws {
    guard instance == hub.instance else {
      throw HubFailure.badRequest("these chunks are another store's; ask for a new token")
    }
    let words = (call.request.headers[.authorization] ?? "").split(separator: " ")
    guard words.count == 2,
      let user = Grant.user(
        of: String(words[1]), "xet write", at: Timestamp.now, secret: hub.secret),
      policy.mayWrite(user)
    else { throw HubFailure.unauthorized }
  }
}
