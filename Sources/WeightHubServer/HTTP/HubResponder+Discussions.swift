internal import GRDB
internal import Hummingbird
internal import JSON

extension HubResponder {
  /// Lists pull requests and discussions, or opens one.
  func discussions(_ name: RepositoryName, _ call: Call) async throws -> Response {
    try call.require(.get, .post)
    guard call.method == .post else {
      let all = try await hub.database.read { database in
        try Discussion.all(of: repository(name, for: call.visitor, in: database), in: database)
      }
      return .json([
        "discussions": .array(all.map { $0.json(of: name) }), "count": .integer(all.count),
        "start": 0,
      ])
    }
    let author = try call.writer()
    let body = try await call.json()
    guard let title = body["title"]?.string, !title.isEmpty else {
      throw HubFailure.badRequest("the body has no title")
    }
    let opened = try await hub.database.write { database in
      let repository = try repository(name, for: call.visitor, in: database)
      let opened = try Discussion.open(
        title: title, description: body["description"]?.string ?? "", author: author,
        at: Timestamp.now, isPullRequest: body["pullRequest"] == true, in: repository, database)
      if opened.isPullRequest {
        let main = try repository.change(at: "main", in: database)
        try Reference(name: opened.referenceName, target: main.oid).save(in: repository, database)
      }
      return opened
    }
    let path = "\(call.address)/\(name.path)/discussions/\(opened.number)"
    let members = (opened.json(of: name).members ?? []) + [(key: "url", value: .string(path))]
    return .json(.object(members))
  }

  /// One of them.
  func discussion(_ name: RepositoryName, _ number: Int, _ call: Call) async throws -> Response {
    try call.require(.get)
    let found = try await hub.database.read { database in
      try Discussion.numbered(
        number, of: repository(name, for: call.visitor, in: database), in: database)
    }
    let members =
      (found.json(of: name).members ?? []) + [
        (key: "events", value: []), (key: "changes", value: ["base": .string(Reference.main)]),
        (key: "filesWithConflicts", value: []), (key: "diff", value: ""),
      ]
    return .json(.object(members))
  }

  /// Closes one or opens it again.
  func setStatus(_ name: RepositoryName, _ number: Int, _ call: Call) async throws -> Response {
    try call.require(.post)
    _ = try call.writer()
    guard let status = try await call.json()["status"]?.string.flatMap(Discussion.Status.init),
      status != .merged
    else { throw HubFailure.badRequest("status is open or closed") }
    return try await change(name, number, call) { try $0.set(status, in: $1, $2) }
  }

  /// Moves main to what a pull request proposes.
  func merge(_ name: RepositoryName, _ number: Int, _ call: Call) async throws -> Response {
    try call.require(.post)
    _ = try call.writer()
    return try await change(name, number, call) { try $0.merge(in: $1, $2) }
  }

  private func change(
    _ name: RepositoryName, _ number: Int, _ call: Call,
    _ work: @escaping @Sendable (Discussion, Repository, Database) throws -> Void
  ) async throws -> Response {
    let changed = try await hub.database.write { database in
      let repository = try repository(name, for: call.visitor, in: database)
      try work(try .numbered(number, of: repository, in: database), repository, database)
      return try Discussion.numbered(number, of: repository, in: database)
    }
    return .json(changed.json(of: name))
  }
}

extension Discussion {
  /// What the protocol tells of it.
  func json(of name: RepositoryName) -> JSONValue {
    [
      "num": .integer(number), "title": .string(title), "status": .string(status.rawValue),
      "isPullRequest": .bool(isPullRequest), "author": ["name": .string(author)],
      "createdAt": .string(Timestamp.text(created)),
      "repo": ["name": .string(name.id), "type": .string(name.kind.rawValue)],
      "repoOwner": ["name": .string(name.namespace)], "numComments": 0, "topReactions": [],
      "numReactionUsers": 0, "pinned": false,
    ]
  }
}
