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
    case .chunk, .grant: throw HubFailure.noPage
    case .xorb(let instance, let hash):
      try call.require(.post)
      try checkGrant(call, instance)
      guard let hash = XetHash(hex: hash) else {
        throw HubFailure.badRequest("that is no hash of a xorb")
      }
      let isNew = try await allowance.holding(try announced(by: call)) {
        try await hub.contents.enter(
          xorb: try await call.body(upTo: Self.greatestBody + (1 << 20)), named: hash)
      }
      return .json(["was_inserted": .bool(isNew)])
    case .shard(let instance):
      try call.require(.post)
      try checkGrant(call, instance)
      try await allowance.holding(try announced(by: call)) { try await takeShard(call) }
      guard call.target.parts[2] == "v2" else { return .json(["result": 1]) }
      return Response(
        status: .ok, headers: [.contentType: "application/x-ndjson"],
        body: ResponseBody(byteBuffer: ByteBuffer(string: "{\"type\":\"result\",\"result\":1}\n")))
    }
  }

  private func takeShard(_ call: Call) async throws {
    let bytes = try await call.body(upTo: Self.greatestBody)
    let shard = try Self.shard(bytes)
    // Segments may name the same chunks again and again: what they come to is bounded first.
    guard shard.files.count <= 10_000,
      shard.files.allSatisfy({ $0.byteCount <= Self.greatestFile }),
      shard.files.reduce(0, { $0 + $1.segments.reduce(0) { $0 + $1.chunks.count } }) <= 1 << 21
    else { throw HubFailure.tooLarge("files of a shard have at most \(Self.greatestFile) bytes") }
    let contents = hub.contents
    try await contents.offload { for file in shard.files { try contents.enter(file) } }
  }

  // A span that lives in an asynchronous function breaks its stack (Swift 6.3), also one that was
  // inlined into it.
  @inline(never)
  private static func shard(_ bytes: [UInt8]) throws -> Shard {
    try Shard(parsing: bytes.span.bytes)
  }

  /// The bytes that a body will take; what is too long takes none.
  private func announced(by call: Call) throws -> Int {
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
