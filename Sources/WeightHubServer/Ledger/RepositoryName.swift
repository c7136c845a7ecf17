/// What a repository holds; the protocol keeps a folder of the same names apart for each.
enum RepositoryKind: String, Sendable, CaseIterable {
  case model, dataset, space

  /// The word that stands in paths: `models`.
  var plural: String { rawValue + "s" }

  /// What stands before the name in paths that people see; models have nothing.
  var pathPrefix: String { self == .model ? "" : plural + "/" }

  /// The kind of a word in a path.
  init?(plural: String) {
    guard let kind = Self.allCases.first(where: { $0.plural == plural }) else { return nil }
    self = kind
  }
}

/// The full name of a repository.
struct RepositoryName: Sendable, Hashable {
  let kind: RepositoryKind
  let namespace: String
  let name: String

  /// A name whose parts are words of letters, digits, dots, hyphens and underscores, as the Hub
  /// demands; nil for anything else.
  init?(_ kind: RepositoryKind, _ namespace: String, _ name: String) {
    guard Self.isWord(namespace), Self.isWord(name), !name.hasSuffix(".git"),
      !Self.reserved.contains(namespace.lowercased())
    else { return nil }
    self.kind = kind
    self.namespace = namespace
    self.name = name
  }

  /// Words that begin other paths of the server.
  private static let reserved: Set = [
    "api", "compare", "datasets", "kernels", "leaderboard", "lfs", "models", "spaces", "xet",
  ]

  /// Namespace and name, with a slash.
  var id: String { "\(namespace)/\(name)" }

  /// Where its page is, below the server's address, and what a command names it by.
  var path: String { kind.pathPrefix + id }

  private static func isWord(_ text: String) -> Bool {
    let bytes = Array(text.utf8)
    let isPlain = bytes.allSatisfy {
      switch $0 {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"),
        UInt8(ascii: "."):
        true
      default: false
      }
    }
    return isPlain && (1...96).contains(bytes.count) && bytes[0] != UInt8(ascii: ".")
      && bytes[0] != UInt8(ascii: "-") && !text.contains("..") && !text.contains("--")
  }
}
