internal import GRDB
internal import Hummingbird
internal import JSON

extension HubResponder {
  /// Files of this size on are large ones, whatever they are called.
  private static let largeByteCount = 10 << 20

  /// Says of files that somebody wants to commit whether they are large, ignored, or there already.
  func preupload(
    _ name: RepositoryName, _ revision: String, _ call: Call
  ) async throws -> Response {
    try call.require(.post)
    _ = try call.writer()
    try await hub.database.read { _ = try repository(name, for: call.visitor, in: $0) }
    let body = try await call.json(upTo: 16 << 20)
    guard let files = body["files"]?.elements, files.count <= 10_000 else {
      throw HubFailure.badRequest("the body has no list of at most 10,000 files")
    }
    let ignored = GitPatterns(ignore: body["gitIgnore"]?.string ?? "")
    let (tree, attributes) = try await hub.database.read { database in
      let repository = try repository(name, for: call.visitor, in: database)
      let change = try repository.change(at: revision, in: database)
      return (change.tree, try change.blob(at: ".gitattributes", in: database))
    }
    let large = try await patterns(of: attributes)
    let answers = try await hub.database.read { database in
      let tree = try GitTree.named(tree, in: database)
      return try files.map { file in
        guard let text = file["path"]?.string, let size = file["size"]?.integer else {
          throw HubFailure.badRequest("a file has no path or size")
        }
        let path = try GitPath(text)
        let isBinary = try Self.isBinary(file["sample"])
        let isLarge =
          size > 0 && (size >= Self.largeByteCount || large.match(path) || isBinary)
        var members: [(key: String, value: JSONValue)] = [
          ("path", .string(text)), ("uploadMode", isLarge ? "lfs" : "regular"),
          ("shouldIgnore", .bool(ignored.match(path))),
        ]
        if case .file(let oid)? = try tree.node(at: path, in: database) {
          let blob = try Blob.named(oid, in: database)
          if isLarge == (blob.pointerByteCount != nil) {
            members.append(("oid", .string(blob.entityTag)))
          }
        }
        return JSONValue.object(members)
      }
    }
    return .json(["files": .array(answers)])
  }

  /// Whether the first bytes of a file are no text.
  private static func isBinary(_ sample: JSONValue?) throws -> Bool {
    guard let text = sample?.string else { return false }
    var bytes = try CommitLines.decoded(text)
    if bytes.contains(0) { return true }
    // The sample may end inside of a character.
    for _ in 0..<4 where String(validating: bytes, as: UTF8.self) == nil && !bytes.isEmpty {
      bytes.removeLast()
    }
    return String(validating: bytes, as: UTF8.self) == nil
  }

  private func patterns(of attributes: Blob?) async throws -> GitPatterns {
    let bytes = try await text(of: attributes, upTo: 1 << 20) ?? []
    return GitPatterns(largeIn: String(decoding: bytes, as: UTF8.self))
  }

  /// Makes a commit of what a request lists.
  func commit(_ name: RepositoryName, _ revision: String, _ call: Call) async throws -> Response {
    try call.require(.post)
    let author = try call.writer()
    // Before anything is read: whoever may not write here shall not make the disk fill.
    try await hub.database.read { _ = try repository(name, for: call.visitor, in: $0) }
    var proposal = Proposal()
    (proposal.author, proposal.time) = (author, Timestamp.now)
    try await read(call, into: &proposal)
    guard !proposal.title.isEmpty else { throw HubFailure.badRequest("a commit wants a summary") }
    let (finished, opens) = (proposal, call.target.flag("create_pr"))
    let outcome = try await hub.database.write { database in
      try finished.apply(
        to: repository(name, for: call.visitor, in: database), at: revision,
        opensPullRequest: opens, in: database)
    }
    let page = "\(call.address)/\(name.path)"
    var members: [(key: String, value: JSONValue)] = [
      ("success", true), ("commitOid", .string(outcome.change.hex)),
      ("commitUrl", .string("\(page)/commit/\(outcome.change.hex)")), ("hookOutput", ""),
    ]
    if let number = outcome.pullRequest {
      members.append(("pullRequestUrl", .string("\(page)/discussions/\(number)")))
    }
    return .json(.object(members))
  }

  private func read(_ call: Call, into proposal: inout Proposal) async throws {
    let writer = ContentWriter(hub.contents)
    try await CommitLines(call.request.body).forEach { line in
      let value = line["value"] ?? .null
      switch line["key"]?.string {
      case "header":
        proposal.title = value["summary"]?.string ?? ""
        proposal.message = value["description"]?.string ?? ""
        proposal.parent = value["parentCommit"]?.string
      case "file":
        proposal.steps.append(try await file(value, to: writer))
      case "lfsFile":
        proposal.steps.append(try await largeFile(value))
      case "deletedFile":
        proposal.steps.append(.remove(try Self.path(in: value)))
      case "deletedFolder":
        proposal.steps.append(.removeFolder(try Self.path(in: value)))
      case let key:
        throw HubFailure.badRequest("\(key ?? "a line without a key") is unknown in a commit")
      }
    }
    try await hub.contents.offload { try writer.enter() }
  }

  private func file(_ value: JSONValue, to writer: ContentWriter) async throws -> Proposal.Step {
    let path = try Self.path(in: value)
    guard let text = value["content"]?.string else {
      throw HubFailure.badRequest("\(path.text) has no content")
    }
    let bytes =
      switch value["encoding"]?.string {
      case "base64": try CommitLines.decoded(text)
      case "utf-8", nil: Array(text.utf8)
      case let word?: throw HubFailure.badRequest("the encoding \(word) is unknown")
      }
    guard !Blob.isPointer(bytes) else {
      throw HubFailure.badRequest(
        "\(path.text) is no file, but Git LFS's pointer to one; get it with git lfs pull")
    }
    let entry = try await hub.contents.offload { try writer.content(bytes) }
    return .put(path, Blob(bytes, entry))
  }

  private func largeFile(_ value: JSONValue) async throws -> Proposal.Step {
    let path = try Self.path(in: value)
    guard value["algo"]?.string ?? "sha256" == "sha256",
      let digest = value["oid"]?.string.flatMap(ContentDigest.init(hex:))
    else { throw HubFailure.badRequest("\(path.text) has no SHA-256") }
    let contents = hub.contents
    guard let byteCount = try await contents.offload({ try contents.byteCount(of: digest) }) else {
      throw HubFailure.badRequest("\(path.text) was not uploaded: there is no \(digest.hex)")
    }
    if let said = value["size"]?.integer, said != byteCount {
      throw HubFailure.badRequest("\(path.text) has \(byteCount) bytes, not \(said)")
    }
    return .put(path, Blob(large: .init(digest: digest, byteCount: byteCount)))
  }

  private static func path(in value: JSONValue) throws -> GitPath {
    guard let text = value["path"]?.string else {
      throw HubFailure.badRequest("a step has no path")
    }
    // Folders may be written with a slash at the end.
    return try GitPath(text.hasSuffix("/") ? String(text.dropLast()) : text)
  }

  /// Looks at the front matter of a card before it is committed.
  func validateYAML(_ call: Call) async throws -> Response {
    try call.require(.post)
    _ = try call.writer()
    let content = try await call.json()["content"]?.string ?? ""
    guard let error = FrontMatter(of: content).error else {
      return .json(["errors": [], "warnings": []])
    }
    return .json(
      ["errors": [["message": .string(error)]], "warnings": [], "error": .string(error)],
      .badRequest)
  }
}
