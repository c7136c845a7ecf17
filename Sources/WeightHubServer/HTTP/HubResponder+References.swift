internal import GRDB
internal import HTTPTypes
internal import Hummingbird
internal import JSON
internal import TextCoding

extension HubResponder {
  /// Branches, tags and, if they are wanted, pull requests.
  func references(_ name: RepositoryName, _ call: Call) async throws -> Response {
    try call.require(.get)
    let all = try await hub.database.read { database in
      try Reference.all(of: repository(name, for: call.visitor, in: database), in: database)
    }
    func those(_ prefix: String) -> JSONValue {
      .array(
        all.filter { $0.name.hasPrefix(prefix) }.map {
          [
            "name": .string($0.shortName), "ref": .string($0.name),
            "targetCommit": .string($0.target.hex),
          ]
        })
    }
    var members: [(key: String, value: JSONValue)] = [
      ("branches", those("refs/heads/")), ("converts", []), ("tags", those("refs/tags/")),
    ]
    if call.target.flag("include_prs") { members.append(("pullRequests", those("refs/pr/"))) }
    return .json(.object(members))
  }

  /// The commits up to a revision, the last first, page by page.
  func history(_ name: RepositoryName, _ revision: String, _ call: Call) async throws -> Response {
    try call.require(.get)
    let limit = call.target.number("limit", in: 1...1000, or: 50)
    let page = call.target.number("p", in: 0...(1 << 30), or: 0)
    let changes = try await hub.database.read { database in
      let repository = try repository(name, for: call.visitor, in: database)
      return try repository.change(at: revision, in: database).history(
        of: repository, offset: page * limit, limit: limit + 1, in: database)
    }
    var headers = HTTPFields()
    if changes.count > limit {
      let path = "\(call.address)/api/\(name.kind.plural)/\(name.id)/commits"
      let next = "\(path)/\(PercentEncoding.encode(revision))?limit=\(limit)&p=\(page + 1)"
      headers[.link] = "<\(next)>; rel=\"next\""
    }
    return .json(
      .array(
        changes.prefix(limit).map { change in
          [
            "id": .string(change.oid.hex), "title": .string(change.title),
            "message": .string(change.message), "authors": [["user": .string(change.author)]],
            "date": .string(Timestamp.text(change.created)),
          ]
        }), headers: headers)
  }

  /// Begins a branch or ends it.
  func changeBranch(
    _ name: RepositoryName, _ branch: String, _ call: Call
  ) async throws -> Response {
    try call.require(.post, .delete)
    _ = try call.writer()
    let start = call.method == .post ? try await call.json()["startingPoint"]?.string : nil
    return try await changeReference(
      name, "refs/heads/\(branch)", at: start ?? Reference.main, call)
  }

  /// Names a commit for good, or takes the name away.
  func changeTag(_ name: RepositoryName, _ tag: String, _ call: Call) async throws -> Response {
    try call.require(.post, .delete)
    _ = try call.writer()
    guard call.method == .post else {
      return try await changeReference(name, "refs/tags/\(tag)", at: "", call)
    }
    guard let wanted = try await call.json()["tag"]?.string else {
      throw HubFailure.badRequest("the body names no tag")
    }
    return try await changeReference(name, "refs/tags/\(wanted)", at: tag, call)
  }

  /// The visitor was asked for the right to write before.
  private func changeReference(
    _ name: RepositoryName, _ reference: String, at revision: String, _ call: Call
  ) async throws -> Response {
    guard Reference.isName(reference) else {
      throw HubFailure.badRequest("git allows no such name")
    }
    try await hub.database.write { database in
      let repository = try repository(name, for: call.visitor, in: database)
      if call.method == .delete {
        guard reference != Reference.main else {
          throw HubFailure.forbidden("main cannot be deleted")
        }
        guard try Reference.remove(reference, of: repository, in: database) else {
          throw HubFailure.noRevision(reference)
        }
        return
      }
      guard try Reference.named(reference, of: repository, in: database) == nil else {
        throw HubFailure.conflict("\(reference) exists already")
      }
      let change = try repository.change(at: revision, in: database)
      try Reference(name: reference, target: change.oid).save(in: repository, database)
    }
    return Response(status: call.method == .delete ? .ok : .created)
  }
}
