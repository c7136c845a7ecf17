internal import Pages

/// Where the pages are.
extension RepositoryName {
  private var parts: [String] {
    kind == .model ? [namespace, name] : [kind.plural, namespace, name]
  }

  /// The page of the repository, or a page below it.
  func page(_ rest: String..., query: KeyValuePairs<String, String?> = [:]) -> ServerPath {
    ServerPath(parts + rest, query: query)
  }

  /// The page of the repository as it was at a revision.
  func overview(at revision: String) -> ServerPath {
    page(query: ["revision": revision == "main" ? nil : revision])
  }

  /// A folder; the repository's page for the one that everything is in.
  func folder(_ path: String, at revision: String) -> ServerPath {
    path.isEmpty
      ? overview(at: revision) : ServerPath(parts + ["tree", revision] + Self.names(path))
  }

  /// The page of a file.
  func file(_ path: String, at revision: String) -> ServerPath {
    ServerPath(parts + ["blob", revision] + Self.names(path))
  }

  /// A file itself.
  func download(_ path: String, at revision: String) -> ServerPath {
    ServerPath(parts + ["resolve", revision] + Self.names(path))
  }

  /// The page of a record.
  func record(_ path: String, at revision: String = "main") -> ServerPath {
    ServerPath(
      parts + ["record"] + Self.names(path),
      query: ["revision": revision == "main" ? nil : revision])
  }

  private static func names(_ path: String) -> [String] {
    path.split(separator: "/").map(String.init)
  }
}

extension ServerPath {
  /// All repositories.
  static let collection = ServerPath([])
  /// All records, by score.
  static let leaderboard = ServerPath(["leaderboard"])
  /// Two records side by side.
  static let comparison = ServerPath(["compare"])
  /// What is in a namespace.
  static func namespace(_ name: String) -> ServerPath { ServerPath([name]) }
}
