internal import HTTPTypes
internal import Hummingbird

extension HubResponder {
  /// A page for people; what goes wrong is a page too for those who want pages.
  func page(_ parts: [String], _ call: Call) async throws -> Response {
    do {
      try call.require(.get, .head)
      guard let route = SiteRoute(parts) else { throw HubFailure.noPage }
      return .page(try await document(route, call))
    } catch let failure as HubFailure where Self.wantsPage(call) {
      return .page(
        FailurePage(failure: failure).document, HTTPResponse.Status(code: failure.status))
    }
  }

  /// Whether a browser asks.
  private static func wantsPage(_ call: Call) -> Bool {
    call.request.headers[.accept]?.contains("text/html") == true
  }

  private func document(_ route: SiteRoute, _ call: Call) async throws -> SiteDocument {
    switch route {
    case .collection(let kind, let namespace):
      let query = CollectionQuery(call.target, kind: kind, namespace: namespace)
      return try await collectionPage(query, call).document
    case .leaderboard: return try await leaderboardPage(call).document
    case .comparison: return try await comparisonPage(call).document
    case .repository(let name, let part): return try await document(part, of: name, call)
    }
  }

  private func document(
    _ part: SiteRoute.Part, of name: RepositoryName, _ call: Call
  ) async throws -> SiteDocument {
    switch part {
    case .overview: try await repositoryPage(name, call).document
    case .folder(let revision, let path):
      try await folderPage(name, revision, path, call).document
    case .file(let revision, let path): try await filePage(name, revision, path, call).document
    case .history(let revision): try await historyPage(name, revision, call).document
    case .change(let oid): try await changePage(name, oid, call).document
    case .discussions: try await discussionsPage(name, call).document
    case .discussion(let number): try await discussionPage(name, number, call).document
    case .record(let path): try await recordPage(name, path, call).document
    }
  }
}

extension Response {
  /// A page, from which a browser loads and runs nothing.
  static func page(
    _ document: SiteDocument, _ status: HTTPResponse.Status = .ok
  ) -> Response {
    var headers = HTTPFields()
    headers[.contentType] = "text/html; charset=utf-8"
    headers[.contentTypeOptions] = "nosniff"
    headers[.contentSecurityPolicy] = document.policy
    // Browsers then ask for a name and a password, of which the password is the token.
    if status == .unauthorized { headers[.wwwAuthenticate] = "Basic realm=\"birdie\"" }
    return Response(
      status: status, headers: headers,
      body: ResponseBody(byteBuffer: ByteBuffer(string: document.html)))
  }
}
