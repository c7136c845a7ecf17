/// The page that a path names.
enum SiteRoute: Sendable, Equatable {
  /// All repositories; those of a kind, or in a namespace.
  case collection(RepositoryKind?, namespace: String?)
  case leaderboard
  case comparison
  case repository(RepositoryName, Part)

  /// A page of one repository. Without a revision it is that of the query, or `main`.
  enum Part: Sendable, Equatable {
    case overview
    case folder(revision: String, path: String)
    case file(revision: String, path: String)
    case history(String)
    case change(String)
    case discussions
    case discussion(Int)
    case record(path: String)
  }

  /// The page of the parts of a path; nil where there is none.
  init?(_ parts: [String]) {
    switch parts {
    case []: self = .collection(nil, namespace: nil)
    case ["leaderboard"]: self = .leaderboard
    case ["compare"]: self = .comparison
    default: self.init(inside: parts)
    }
  }

  private init?(inside parts: [String]) {
    let kind = parts.first.flatMap(RepositoryKind.init(plural:))
    let rest = Array(parts.dropFirst(kind == nil ? 0 : 1))
    guard rest.count >= 2 else {
      guard rest.allSatisfy({ RepositoryName(.model, $0, "x") != nil }) else { return nil }
      self = .collection(kind, namespace: rest.first)
      return
    }
    guard let name = RepositoryName(kind ?? .model, rest[0], rest[1]),
      let part = Part(Array(rest.dropFirst(2)))
    else { return nil }
    self = .repository(name, part)
  }
}

extension SiteRoute.Part {
  fileprivate init?(_ parts: [String]) {
    let path = parts.dropFirst(2).joined(separator: "/")
    switch (parts.first, parts.count) {
    case (nil, _): self = .overview
    case ("tree", 2...): self = .folder(revision: parts[1], path: path)
    case ("blob", 3...): self = .file(revision: parts[1], path: path)
    case ("commits", 1): self = .history("main")
    case ("commits", 2): self = .history(parts[1])
    case ("commit", 2): self = .change(parts[1])
    case ("discussions", 1): self = .discussions
    case ("discussions", 2):
      guard let number = Int(parts[1]), number > 0 else { return nil }
      self = .discussion(number)
    case ("record", _): self = .record(path: parts.dropFirst().joined(separator: "/"))
    default: return nil
    }
  }
}
