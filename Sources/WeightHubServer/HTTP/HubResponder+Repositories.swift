internal import GRDB
internal import Hummingbird
internal import JSON
internal import TextCoding

extension HubResponder {
  /// Who sent the request.
  func whoAmI(_ call: Call) throws -> Response {
    try call.require(.get)
    guard let name = call.visitor.name else { throw HubFailure.unauthorized }
    return .json([
      "type": "user", "id": .string(name), "name": .string(name), "fullname": .string(name),
      "email": nil, "emailVerified": false, "isPro": false, "canPay": false, "orgs": [],
      "auth": [
        "type": "access_token",
        "accessToken": [
          "displayName": .string(name), "role": call.visitor.mayWrite ? "write" : "read",
        ],
      ],
    ])
  }

  /// Begins a repository; one that exists is a conflict, whose answer still says where it is.
  func createRepository(_ call: Call) async throws -> Response {
    try call.require(.post)
    let author = try call.writer()
    let body = try await call.json()
    let name = try Self.name(in: body, else: author)
    let isPrivate = try Self.privacy(in: body) ?? false
    let attributes = Array(GitPatterns.defaultAttributes.utf8)
    let writer = ContentWriter(hub.contents)
    let entry = try await hub.contents.offload {
      let entry = try writer.content(attributes)
      try writer.enter()
      return entry
    }
    let place: JSONValue = [
      "url": .string("\(call.address)/\(name.path)"), "name": .string(name.id),
      "id": .string(name.id),
    ]
    do {
      try await hub.database.write { database in
        let time = Timestamp.now
        let made = try Repository.create(
          name, isPrivate: isPrivate, by: author, at: time, in: database)
        try made.begin(with: Blob(attributes, entry), by: author, at: time, in: database)
      }
    } catch let failure as HubFailure where failure.status == 409 {
      let members = (place.members ?? []) + [(key: "error", value: .string(failure.message))]
      return .json(.object(members), .conflict)
    }
    return .json(place)
  }

  /// Removes a repository.
  func deleteRepository(_ call: Call) async throws -> Response {
    try call.require(.delete)
    let author = try call.writer()
    let name = try Self.name(in: try await call.json(), else: author)
    try call.requireOwner(of: name)
    try await hub.database.write { database in
      try repository(name, for: call.visitor, in: database).delete(in: database)
    }
    return Response(status: .ok)
  }

  /// Hides a repository or shows it.
  func settings(_ name: RepositoryName, _ call: Call) async throws -> Response {
    try call.require(.put)
    _ = try call.writer()
    try call.requireOwner(of: name)
    guard let isPrivate = try Self.privacy(in: try await call.json()) else {
      throw HubFailure.badRequest("only private and visibility can be set")
    }
    try await hub.database.write { database in
      try repository(name, for: call.visitor, in: database).setPrivate(isPrivate, in: database)
    }
    return .json(["private": .bool(isPrivate)])
  }

  /// The repositories of a kind, page by page.
  func list(_ kind: RepositoryKind, _ call: Call) async throws -> Response {
    try call.require(.get)
    guard call.visitor.mayRead else { throw HubFailure.unauthorized }
    let limit = call.target.number("limit", in: 1...1000, or: 1000)
    let offset = call.target.number("cursor", in: 0...(1 << 40), or: 0)
    let (author, search) = (call.target.value("author"), call.target.value("search"))
    let infos = try await hub.database.read { database in
      try Repository.all(
        kind, author: author, search: search, includingPrivate: call.visitor.name != nil,
        offset: offset, limit: limit + 1, in: database
      ).map { try Self.summary($0, in: database) }
    }
    var headers = HTTPFields()
    if infos.count > limit {
      let filters = [("author", author), ("search", search)].compactMap { name, value in
        value.map { "&\(name)=\(PercentEncoding.encode($0))" }
      }
      let next = "\(call.address)/api/\(kind.plural)?limit=\(limit)&cursor=\(offset + limit)"
      headers[.link] = "<\(next)\(filters.joined())>; rel=\"next\""
    }
    return .json(.array(Array(infos.prefix(limit))), headers: headers)
  }

  /// What a repository is, at a revision.
  func info(_ name: RepositoryName, _ revision: String?, _ call: Call) async throws -> Response {
    try call.require(.get, .head)
    let showsBlobs = call.target.flag("blobs")
    let info = try await hub.database.read { database in
      let repository = try repository(name, for: call.visitor, in: database)
      let change = try repository.change(at: revision ?? "main", in: database)
      var members = try Self.summary(repository, in: database).members ?? []
      members.removeAll { $0.key == "sha" }
      members.append(("sha", .string(change.oid.hex)))
      let tree = try GitTree.named(change.tree, in: database)
      var stored = 0
      var files: [JSONValue] = []
      for case (let path, .file(let oid)) in try tree.listing(isDeep: true, in: database) {
        let blob = try Blob.named(oid, in: database)
        stored += blob.byteCount
        files.append(.object([("rfilename", .string(path))] + (showsBlobs ? blob.details : [])))
      }
      members += [("siblings", .array(files)), ("usedStorage", .integer(stored))]
      return JSONValue.object(members)
    }
    return .json(info)
  }

  private static func summary(
    _ repository: Repository, in database: Database
  ) throws -> JSONValue {
    let main = try Reference.named(Reference.main, of: repository, in: database)
    let id = JSONValue.string(repository.name.id)
    return [
      "_id": .string(String(repository.id)), "id": id, "modelId": id,
      "author": .string(repository.name.namespace),
      "sha": main.map { .string($0.target.hex) } ?? .null,
      "private": .bool(repository.isPrivate), "gated": false, "disabled": false, "downloads": 0,
      "likes": 0, "tags": [], "createdAt": .string(Timestamp.text(repository.created)),
      "lastModified": .string(Timestamp.text(repository.modified)),
    ]
  }

  private static func name(in body: JSONValue, else author: String) throws -> RepositoryName {
    let kind = body["type"]?.string.map { RepositoryKind(rawValue: $0) } ?? .model
    let parts = (body["name"]?.string ?? "")
      .split(separator: "/", omittingEmptySubsequences: false).map(String.init)
    let said = body["organization"]?.string
    let namespace = parts.count == 2 ? parts[0] : said ?? author
    guard let kind, let last = parts.last, parts.count <= 2, said == nil || said == namespace,
      let name = RepositoryName(kind, namespace, last)
    else { throw HubFailure.badRequest("that is no name of a repository") }
    return name
  }

  private static func privacy(in body: JSONValue) throws -> Bool? {
    if case .bool(let isPrivate) = body["private"] { return isPrivate }
    switch body["visibility"]?.string {
    case nil: return nil
    case "private": return true
    case "public": return false
    case let word?: throw HubFailure.badRequest("visibility \(word) is unknown here")
    }
  }
}

extension Repository {
  /// The first commit, which says which files are large.
  fileprivate func begin(
    with attributes: Blob, by author: String, at time: Int, in database: Database
  ) throws {
    try attributes.save(in: database)
    let tree = GitTree([(".gitattributes", .file(attributes.oid))])
    try tree.save(in: database)
    let change = Change(
      parent: nil, tree: tree.oid, title: "initial commit", message: "", author: author,
      created: time)
    try change.save(in: self, database)
    try Reference(name: Reference.main, target: change.oid).save(in: self, database)
  }
}

extension Blob {
  /// Size and names, as the protocol tells them of a sibling.
  var details: [(key: String, value: JSONValue)] {
    var members: [(key: String, value: JSONValue)] = [
      ("blobId", .string(oid.hex)), ("size", .integer(byteCount)),
    ]
    members += pointer(named: "sha256")
    return members
  }

  /// What the protocol tells of a file in a folder.
  func entry(at path: String) -> JSONValue {
    .object(
      [("type", "file"), ("oid", .string(oid.hex)), ("size", .integer(byteCount))]
        + pointer(named: "oid") + [("path", .string(path))])
  }

  /// What the protocol tells of a large file, whose digest has two names there.
  private func pointer(named name: String) -> [(key: String, value: JSONValue)] {
    guard let pointerByteCount else { return [] }
    let members: [(key: String, value: JSONValue)] = [
      (name, .string(content.hex)), ("size", .integer(byteCount)),
      ("pointerSize", .integer(pointerByteCount)),
    ]
    return [("lfs", .object(members))]
  }
}
