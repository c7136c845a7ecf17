/// What a request asks for, whoever asks.
enum Route: Sendable {
  case whoAmI
  case createRepository, deleteRepository, validateYAML
  case repositories(RepositoryKind)
  /// Something of one repository.
  case repository(RepositoryName, RepositoryRoute)
  case upload(ContentDigest)
  case verifyUpload
  case xet(XetRoute)
  case page([String])

  /// What is asked of one repository.
  enum RepositoryRoute: Sendable {
    case info(revision: String?)
    case settings
    case preupload(String), commit(String)
    case tree(revision: String, path: String), pathsInfo(String)
    case references, history(String)
    case branch(String), tag(String)
    case discussions, discussion(Int), discussionStatus(Int), merge(Int)
    case largeFileBatch
    case file(revision: String, path: String)
    case xetToken(isWrite: Bool, revision: String)
  }

  /// What a client of the chunk store asks.
  enum XetRoute: Sendable {
    case xorb(instance: String, hash: String), shard(instance: String)
  }
}

extension Route {
  /// Whether a signed permission stands for the right to do it.
  var needsGrant: Bool {
    switch self {
    case .upload, .xet: true
    default: false
    }
  }

  /// The route of a target; nil where nothing is.
  init?(_ target: RequestTarget) {
    let parts = target.parts
    switch parts.first {
    case "api": self.init(api: parts.dropFirst())
    case "lfs": self.init(upload: parts)
    case "xet": self.init(xet: parts)
    default: self.init(pathOfRepository: parts)
    }
  }

  private init?(api parts: ArraySlice<String>) {
    switch Array(parts) {
    case ["whoami-v2"]: self = .whoAmI
    case ["repos", "create"]: self = .createRepository
    case ["repos", "delete"]: self = .deleteRepository
    case ["validate-yaml"]: self = .validateYAML
    default:
      guard let kind = parts.first.flatMap(RepositoryKind.init(plural:)) else { return nil }
      let rest = Array(parts.dropFirst())
      guard !rest.isEmpty else {
        self = .repositories(kind)
        return
      }
      guard rest.count >= 2, let name = RepositoryName(kind, rest[0], rest[1]),
        let route = RepositoryRoute(api: Array(rest.dropFirst(2)))
      else { return nil }
      self = .repository(name, route)
    }
  }

  private init?(upload parts: [String]) {
    switch parts.count {
    case 2 where parts[1] == "verify": self = .verifyUpload
    case 3 where parts[1] == "upload":
      guard let digest = ContentDigest(hex: parts[2]) else { return nil }
      self = .upload(digest)
    default: return nil
    }
  }

  private init?(xet parts: [String]) {
    guard parts.count >= 4 else { return nil }
    let instance = parts[1]
    switch (parts[2], parts[3], parts.count) {
    case ("v1", "xorbs", 6): self = .xet(.xorb(instance: instance, hash: parts[5]))
    case ("v1", "shards", 4), ("v2", "shards", 4): self = .xet(.shard(instance: instance))
    default: return nil
    }
  }

  /// `/ns/name/resolve/rev/path`, with the kind before it where it is no model's.
  private init?(pathOfRepository parts: [String]) {
    let kind = parts.first.flatMap(RepositoryKind.init(plural:))
    let rest = Array(kind == nil ? parts[...] : parts.dropFirst())
    if rest.count == 6, Array(rest[2...]) == ["info", "lfs", "objects", "batch"],
      rest[1].hasSuffix(".git"),
      let name = RepositoryName(kind ?? .model, rest[0], String(rest[1].dropLast(4)))
    {
      self = .repository(name, .largeFileBatch)
      return
    }
    guard rest.count >= 5, ["resolve", "raw"].contains(rest[2]),
      let name = RepositoryName(kind ?? .model, rest[0], rest[1])
    else {
      self = .page(parts)
      return
    }
    let file = rest[4...].joined(separator: "/")
    self = .repository(name, .file(revision: rest[3], path: file))
  }
}

extension Route.RepositoryRoute {
  fileprivate init?(api parts: [String]) {
    let rest = parts.dropFirst(2).joined(separator: "/")
    switch (parts.first, parts.count) {
    case (nil, _): self = .info(revision: nil)
    case ("settings", 1): self = .settings
    case ("refs", 1): self = .references
    case ("revision", 2): self = .info(revision: parts[1])
    case ("preupload", 2): self = .preupload(parts[1])
    case ("commit", 2): self = .commit(parts[1])
    case ("tree", 2...): self = .tree(revision: parts[1], path: rest)
    case ("paths-info", 2): self = .pathsInfo(parts[1])
    case ("commits", 2): self = .history(parts[1])
    case ("branch", 2): self = .branch(parts[1])
    case ("tag", 2): self = .tag(parts[1])
    case ("xet-write-token", 2): self = .xetToken(isWrite: true, revision: parts[1])
    case ("xet-read-token", 2): self = .xetToken(isWrite: false, revision: parts[1])
    case ("discussions", _): self.init(discussions: Array(parts.dropFirst()))
    default: return nil
    }
  }

  private init?(discussions parts: [String]) {
    guard let first = parts.first else {
      self = .discussions
      return
    }
    guard let number = Int(first), number > 0 else { return nil }
    switch parts.dropFirst() {
    case []: self = .discussion(number)
    case ["status"]: self = .discussionStatus(number)
    case ["merge"]: self = .merge(number)
    default: return nil
    }
  }
}
