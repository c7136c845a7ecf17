internal import Diagnostics
internal import GRDB
internal import HTTPTypes
internal import Hummingbird
internal import Logging
internal import TextCoding

/// Answers requests to a Hub.
struct HubResponder: HTTPResponder {
  let hub: Hub
  let policy: AccessPolicy
  /// The server's address for clients; nil takes the one that they use.
  let publicAddress: String?
  /// What bodies that are held in memory share.
  let allowance = ByteAllowance(256 << 20)
  /// Indexes that pages read lately.
  let indexes = IndexCache()

  /// The answer to a request; errors are answers too.
  func respond(to request: Request, context: BasicRequestContext) async throws -> Response {
    let response = try await anyAnswer(request, context.logger)
    // Without the query: it may be a permission.
    let path = (request.head.path ?? "").prefix { $0 != "?" }
    context.logger.info("\(request.method.rawValue) \(path) \(response.status.code)")
    return request.method == .head ? response.createHeadResponse() : response
  }

  private func anyAnswer(_ request: Request, _ logger: Logger) async throws -> Response {
    do {
      return try await answer(request)
    } catch let failure as HubFailure {
      return .failure(failure)
    } catch let rejection as Rejection {
      return .failure(failure(rejection, logger))
    } catch let error as DatabaseError {
      return .failure(failure(StorageFailure.rejection(error), logger))
    }
  }

  /// What a client sent is its own fault; what the disk did is told to whoever runs the server.
  private func failure(_ rejection: Rejection, _ logger: Logger) -> HubFailure {
    let rules = [WeightHubServerRules.storage, WeightHubServerRules.fullDisk]
    guard rules.contains(rejection.rule) else {
      return .badRequest("\(rejection.rule.title): \(rejection.message)")
    }
    logger.error("\(rejection)")
    guard rejection.rule == WeightHubServerRules.fullDisk else {
      return HubFailure(status: 500, message: "internal error")
    }
    return HubFailure(status: 507, message: rejection.rule.title)
  }

  private func answer(_ request: Request) async throws -> Response {
    guard let target = RequestTarget(request.head.path ?? "") else {
      throw HubFailure.badRequest("the path is none")
    }
    guard let route = Route(target) else { throw HubFailure.noPage }
    guard
      let visitor = route.needsGrant ? .nobody : policy.visitor(withToken: Self.token(of: request))
    else { throw HubFailure.unauthorized }
    let call = Call(
      request: request, target: target, visitor: visitor, address: try address(for: request))
    try checkOrigin(of: call)
    switch route {
    case .whoAmI: return try whoAmI(call)
    case .createRepository: return try await createRepository(call)
    case .deleteRepository: return try await deleteRepository(call)
    case .validateYAML: return try await validateYAML(call)
    case .repositories(let kind): return try await list(kind, call)
    case .repository(let name, let route): return try await answer(route, name, call)
    case .upload(let digest): return try await upload(digest, call)
    case .verifyUpload: return try await verifyUpload(call)
    case .xet(let route): return try await answer(route, call)
    case .page(let parts): return try await page(parts, call)
    }
  }

  private func answer(
    _ route: Route.RepositoryRoute, _ name: RepositoryName, _ call: Call
  ) async throws -> Response {
    switch route {
    case .info(let revision): return try await info(name, revision, call)
    case .settings: return try await settings(name, call)
    case .preupload(let revision): return try await preupload(name, revision, call)
    case .commit(let revision): return try await commit(name, revision, call)
    case .tree(let revision, let path): return try await tree(name, revision, path, call)
    case .pathsInfo(let revision): return try await pathsInfo(name, revision, call)
    case .references: return try await references(name, call)
    case .history(let revision): return try await history(name, revision, call)
    case .branch(let branch): return try await changeBranch(name, branch, call)
    case .tag(let tag): return try await changeTag(name, tag, call)
    case .discussions: return try await discussions(name, call)
    case .discussion(let number): return try await discussion(name, number, call)
    case .discussionStatus(let number): return try await setStatus(name, number, call)
    case .merge(let number): return try await merge(name, number, call)
    case .largeFileBatch: return try await largeFileBatch(name, call)
    case .file(let revision, let path): return try await file(name, revision, path, call)
    case .xetToken(let isWrite, let revision):
      return try await xetToken(name, revision, isWrite: isWrite, call)
    }
  }

  private static func token(of request: Request) -> String? {
    guard let header = request.headers[.authorization] else { return nil }
    let words = header.split(separator: " ", maxSplits: 1)
    guard words.count == 2 else { return "" }
    switch words[0].lowercased() {
    case "bearer": return String(words[1])
    case "basic": return password(inBasic: String(words[1]))
    default: return ""
    }
  }

  /// Git LFS sends tokens as passwords.
  private static func password(inBasic text: String) -> String {
    let bytes = (try? CommitLines.decoded(text)) ?? []
    let pair = String(decoding: bytes, as: UTF8.self).split(separator: ":", maxSplits: 1)
    return pair.count == 2 ? String(pair[1]) : ""
  }

  /// A page of another site may make a browser send requests, but not without saying so.
  private func checkOrigin(of call: Call) throws {
    guard call.method != .get, call.method != .head else { return }
    let headers = call.request.headers
    let isForeign = headers[.origin].map { $0 != call.address } ?? false
    guard !isForeign, ["same-origin", "none", nil].contains(headers[.fetchSite]) else {
      throw HubFailure.forbidden("requests of other sites' pages are refused")
    }
  }

  /// The address that the client used, if it is nothing but a name and a port: it comes back in
  /// links. A server that asks for no token answers only to the names of this machine, so that no
  /// page in a browser can send requests to it under a name of its own.
  private func address(for request: Request) throws -> String {
    let host = request.head.authority ?? request.headers[.host] ?? ""
    let isPlain = host.utf8.allSatisfy { byte in
      (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
        || ".:-[]_".utf8.contains(byte)
    }
    guard isPlain, !host.isEmpty else { throw HubFailure.badRequest("the host is none") }
    guard !policy.isOpen || Loopback.isHost(host) else {
      throw HubFailure.forbidden("this server answers to localhost only")
    }
    return publicAddress ?? "http://\(host)"
  }
}

extension HubResponder {
  /// A repository that the visitor may see; for others it is not there.
  func repository(
    _ name: RepositoryName, for visitor: Visitor, in database: Database
  ) throws -> Repository {
    guard let found = try Repository.named(name, in: database),
      visitor.mayRead, !found.isPrivate || visitor.name != nil
    else {
      guard visitor.name != nil else {
        throw HubFailure(
          status: 401, code: "RepoNotFound", message: "Invalid username or password.")
      }
      throw HubFailure.noRepository(name.id)
    }
    return found
  }
}
