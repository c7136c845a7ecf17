internal import Diagnostics
internal import GRDB
internal import HTTPTypes
internal import Hummingbird
internal import JSON

extension HubResponder {
  /// Says where large files go (Git LFS, batch API).
  func largeFileBatch(_ name: RepositoryName, _ call: Call) async throws -> Response {
    try call.require(.post)
    _ = try call.writer()
    try await hub.database.read { _ = try repository(name, for: call.visitor, in: $0) }
    let body = try await call.json(upTo: 4 << 20)
    guard body["operation"]?.string == "upload", let objects = body["objects"]?.elements else {
      throw HubFailure.badRequest("only uploads are negotiated; download by resolve")
    }
    guard body["hash_algo"]?.string ?? "sha256" == "sha256" else {
      throw HubFailure(status: 409, message: "files are named by SHA-256")
    }
    var answers: [JSONValue] = []
    for object in objects {
      guard let digest = object["oid"]?.string.flatMap(ContentDigest.init(hex:)),
        let byteCount = object["size"]?.integer, byteCount >= 0
      else { throw HubFailure.badRequest("an object has no SHA-256 or no size") }
      answers.append(try await place(for: digest, byteCount, call))
    }
    var response = Response.json(["transfer": "basic", "objects": .array(answers)])
    response.headers[.contentType] = "application/vnd.git-lfs+json"
    return response
  }

  private func place(
    for digest: ContentDigest, _ byteCount: Int, _ call: Call
  ) async throws -> JSONValue {
    var members: [(key: String, value: JSONValue)] = [
      ("oid", .string(digest.hex)), ("size", .integer(byteCount)), ("authenticated", true),
    ]
    let contents = hub.contents
    let known = try await contents.offload { try contents.byteCount(of: digest) }
    if known == byteCount { return .object(members) }
    let grant = Grant(
      purpose: Self.purpose(digest, byteCount), user: try call.writer(),
      expiry: Timestamp.now + 24 * 3600)
    let path = "\(call.address)/lfs/upload/\(digest.hex)?size=\(byteCount)"
    members.append(
      (
        "actions",
        [
          "upload": ["href": .string("\(path)&grant=\(grant.text(signedWith: hub.secret))")],
          "verify": ["href": .string("\(call.address)/lfs/verify")],
        ]
      ))
    return .object(members)
  }

  private static func purpose(_ digest: ContentDigest, _ byteCount: Int) -> String {
    "upload \(digest.hex) \(byteCount)"
  }

  /// Takes a large file.
  func upload(_ digest: ContentDigest, _ call: Call) async throws -> Response {
    try call.require(.put)
    guard let byteCount = call.target.value("size").flatMap(Int.init),
      let grant = call.target.value("grant"),
      let user = Grant.user(
        of: grant, Self.purpose(digest, byteCount), at: Timestamp.now, secret: hub.secret),
      policy.mayWrite(user)
    else { throw HubFailure.forbidden("the link is too old, or for another file") }
    let writer = ContentWriter(hub.contents)
    let store = hub.contents
    var (batch, count) = (ByteBuffer(), 0)
    for try await var buffer in call.request.body {
      count += buffer.readableBytes
      guard count <= byteCount else {
        throw HubFailure.tooLarge("more than the \(byteCount) bytes that were announced")
      }
      batch.writeBuffer(&buffer)
      guard batch.readableBytes >= 1 << 20 else { continue }
      let bytes = batch
      try await store.offload { try bytes.withUnsafeReadableBytes { try writer.append($0) } }
      batch.clear()
    }
    let bytes = batch
    let entry = try await store.offload {
      try bytes.withUnsafeReadableBytes { try writer.append($0) }
      return try writer.finishContent()
    }
    guard entry == ContentStore.Entry(digest: digest, byteCount: byteCount) else {
      throw Rejection(
        WeightHubServerRules.digest, "\(entry.byteCount) bytes of SHA-256 \(entry.digest.hex)")
    }
    try await store.offload { try writer.enter() }
    return Response(status: .ok)
  }

  /// Says whether a large file arrived.
  func verifyUpload(_ call: Call) async throws -> Response {
    try call.require(.post)
    _ = try call.writer()
    let body = try await call.json()
    let contents = hub.contents
    guard let digest = body["oid"]?.string.flatMap(ContentDigest.init(hex:)),
      let byteCount = try await contents.offload({ try contents.byteCount(of: digest) }),
      byteCount == body["size"]?.integer
    else { throw HubFailure.noEntry(body["oid"]?.string ?? "") }
    return .json([:])
  }
}
