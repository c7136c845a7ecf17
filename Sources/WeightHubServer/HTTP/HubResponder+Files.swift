internal import Diagnostics
internal import GRDB
internal import HTTPTypes
internal import Hummingbird
internal import JSON

extension HubResponder {
  /// A file, or a part of it.
  func file(
    _ name: RepositoryName, _ revision: String, _ path: String, _ call: Call
  ) async throws -> Response {
    try call.require(.get, .head)
    let (change, blob) = try await hub.database.read { database in
      let repository = try repository(name, for: call.visitor, in: database)
      let change = try repository.change(at: revision, in: database)
      return (change.oid, try change.blob(at: path, in: database))
    }
    var headers = HTTPFields()
    headers[.repositoryCommit] = change.hex
    guard let blob else {
      var response = Response.failure(.noEntry(path))
      response.headers[.repositoryCommit] = change.hex
      return response
    }
    headers[.eTag] = "\"\(blob.entityTag)\""
    headers[.acceptRanges] = "bytes"
    headers.makeHarmless()
    if let known = call.request.headers[.ifNoneMatch], known.contains("\"\(blob.entityTag)\"") {
      return Response(status: .notModified, headers: headers)
    }
    return try await content(of: blob, headers, call)
  }

  private func content(
    of blob: Blob, _ headers: HTTPFields, _ call: Call
  ) async throws -> Response {
    var headers = headers
    let isFresh = call.request.headers[.ifRange].map { $0 == headers[.eTag] } ?? true
    let range = ByteRange(isFresh ? call.request.headers[.range] : nil, of: blob.byteCount)
    var status = HTTPResponse.Status.ok
    var bounds = 0..<blob.byteCount
    switch range {
    case .whole: break
    case .part(let part):
      (status, bounds) = (.partialContent, part)
      headers[.contentRange] = "bytes \(part.lowerBound)-\(part.upperBound - 1)/\(blob.byteCount)"
    case .unsatisfiable:
      headers[.contentRange] = "bytes */\(blob.byteCount)"
      return Response(status: .rangeNotSatisfiable, headers: headers)
    }
    headers[.contentType] = "application/octet-stream"
    let store = hub.contents
    let (isAsked, wanted) = (call.method != .head, bounds)
    let extents = try await store.offload {
      isAsked ? try store.extents(of: blob.content, wanted) : []
    }
    guard let extents,
      call.method == .head || extents.reduce(0, { $0 + $1.byteCount }) == bounds.count
    else {
      throw Rejection(WeightHubServerRules.storage, "content \(blob.content.hex) is not whole")
    }
    let body = ResponseBody(contentLength: bounds.count) { writer in
      let reader = PackReader(store.packs)
      for part in extents.flatMap({ $0.parts(of: 1 << 20) }) {
        let bytes = try await store.offload { try reader.bytes(of: part) }
        try await writer.write(ByteBuffer(bytes: bytes))
      }
      try await writer.finish(nil)
    }
    return Response(status: status, headers: headers, body: body)
  }

  /// What is in a folder.
  func tree(
    _ name: RepositoryName, _ revision: String, _ path: String, _ call: Call
  ) async throws -> Response {
    try call.require(.get)
    let isDeep = call.target.flag("recursive")
    let entries = try await hub.database.read { database in
      let repository = try repository(name, for: call.visitor, in: database)
      let change = try repository.change(at: revision, in: database)
      let tree = try GitTree.named(change.tree, in: database).folder(at: path, in: database)
      let prefix = path.isEmpty ? "" : path + "/"
      return try tree.listing(below: prefix, isDeep: isDeep, in: database).map {
        try Self.entry($0.path, $0.node, in: database)
      }
    }
    return .json(.array(entries))
  }

  /// What is at some paths; those where nothing is are left out.
  func pathsInfo(
    _ name: RepositoryName, _ revision: String, _ call: Call
  ) async throws -> Response {
    try call.require(.post)
    try await hub.database.read { _ = try repository(name, for: call.visitor, in: $0) }
    let paths = try await Self.paths(in: call)
    guard paths.count <= 1000, Set(paths).count == paths.count else {
      throw HubFailure.badRequest("ask for at most 1,000 paths, each once")
    }
    let entries = try await hub.database.read { database in
      let repository = try repository(name, for: call.visitor, in: database)
      let change = try repository.change(at: revision, in: database)
      let tree = try GitTree.named(change.tree, in: database)
      return try paths.compactMap { path -> JSONValue? in
        guard let inside = try? GitPath(path), let node = try tree.node(at: inside, in: database)
        else { return nil }
        return try Self.entry(path, node, in: database)
      }
    }
    return .json(.array(entries))
  }

  private static func entry(
    _ path: String, _ node: GitTree.Node, in database: Database
  ) throws -> JSONValue {
    switch node {
    case .file(let oid): return try Blob.named(oid, in: database).entry(at: path)
    case .folder(let oid):
      return ["type": "directory", "oid": .string(oid.hex), "size": 0, "path": .string(path)]
    }
  }

  /// Paths come as a form from Python, as JSON from others.
  private static func paths(in call: Call) async throws -> [String] {
    let bytes = try await call.body()
    if call.request.headers[.contentType]?.contains("json") == true {
      let json = try Call.json(bytes)
      return json["paths"]?.elements?.compactMap(\.string) ?? json["paths"]?.string.map { [$0] }
        ?? []
    }
    let text = String(decoding: bytes, as: UTF8.self)
    guard let pairs = RequestTarget.pairs(text[...]) else {
      throw HubFailure.badRequest("the form is not encoded in UTF-8")
    }
    return pairs.filter { $0.name == "paths" }.map(\.value)
  }
}

extension Change {
  /// The file at a path; nil where none is.
  func blob(at path: String, in database: Database) throws -> Blob? {
    guard let path = try? GitPath(path),
      case .file(let oid)? = try GitTree.named(tree, in: database).node(at: path, in: database)
    else { return nil }
    return try Blob.named(oid, in: database)
  }
}

extension HTTPFields {
  /// Makes a browser treat what anybody uploaded as nothing but bytes.
  mutating func makeHarmless() {
    self[.contentTypeOptions] = "nosniff"
    self[.contentSecurityPolicy] = "default-src 'none'; sandbox"
    self[.contentDisposition] = "attachment"
  }
}
