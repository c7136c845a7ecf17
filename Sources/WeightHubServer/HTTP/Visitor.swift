internal import Crypto
public import Diagnostics
internal import Glibc

/// Whoever sends a request, and what they may do.
struct Visitor: Sendable {
  /// Their name; nil for somebody unknown.
  let name: String?
  let mayRead: Bool
  let mayWrite: Bool
  /// Whether they may remove and hide what is in others' namespaces.
  let mayAdminister: Bool

  /// Somebody unknown who may do nothing, unless they bring a permission for it.
  static let nobody = Visitor(name: nil, mayRead: false, mayWrite: false, mayAdminister: false)
}

/// Who may do what.
public struct AccessPolicy: Sendable {
  private enum Rule: Sendable {
    case everybody
    case bearers([[UInt8]: Visitor], strangersRead: Bool)
  }
  private let rule: Rule

  /// Everybody may read and write, under the name `local`. For servers that only this machine
  /// reaches.
  public static let everybody = AccessPolicy(rule: .everybody)

  private init(rule: Rule) { self.rule = rule }

  /// Whether nobody needs a token.
  public var isOpen: Bool { if case .everybody = rule { true } else { false } }

  /// Those who have a token of a file. Its lines have a token, the user's name and `read`,
  /// `write` or `admin`; `#` begins a comment. Throws Y07, and Y02 for a file that cannot be read.
  public init(tokenFile path: String, strangersMayRead: Bool) throws(Rejection) {
    var visitors: [[UInt8]: Visitor] = [:]
    for (index, line) in try Self.lines(of: path).enumerated() {
      let text = line.prefix { $0 != "#" }
      let words = text.split(whereSeparator: \.isWhitespace).map(String.init)
      if words.isEmpty { continue }
      guard words.count == 3, words[0].utf8.count >= 8,
        ["read", "write", "admin"].contains(words[2]),
        RepositoryName(.model, words[1], "x") != nil
      else {
        throw Rejection(
          WeightHubServerRules.tokens, "line \(index + 1) is no token, name and scope",
          at: Place(file: path))
      }
      let key = Array(SHA256.hash(data: Array(words[0].utf8)))
      visitors[key] = Visitor(
        name: words[1], mayRead: true, mayWrite: words[2] != "read",
        mayAdminister: words[2] == "admin")
    }
    rule = .bearers(visitors, strangersRead: strangersMayRead)
  }

  private static func lines(of path: String) throws(Rejection) -> [Substring] {
    guard let file = fopen(path, "re") else {
      throw StorageFailure.rejection("cannot open", path)
    }
    defer { fclose(file) }
    var bytes = [UInt8](repeating: 0, count: 1 << 20)
    let count = fread(&bytes, 1, bytes.count, file)
    guard ferror(file) == 0, count < bytes.count else {
      throw Rejection(WeightHubServerRules.tokens, "longer than 1 MiB", at: Place(file: path))
    }
    return String(decoding: bytes[..<count], as: UTF8.self)
      .split(separator: "\n", omittingEmptySubsequences: false)
  }

  /// Whether a user may still write: permissions that were handed out end with the token.
  func mayWrite(_ name: String) -> Bool {
    switch rule {
    case .everybody: true
    case .bearers(let visitors, _): visitors.values.contains { $0.name == name && $0.mayWrite }
    }
  }

  /// Whoever has a token, or comes without; nil for a token that nobody has.
  func visitor(withToken token: String?) -> Visitor? {
    switch rule {
    case .everybody:
      return Visitor(name: "local", mayRead: true, mayWrite: true, mayAdminister: true)
    case .bearers(let visitors, let strangersRead):
      guard let token else {
        return Visitor(
          name: nil, mayRead: strangersRead, mayWrite: false, mayAdminister: false)
      }
      // Looked up by its hash: how long that takes says nothing about the token.
      return visitors[Array(SHA256.hash(data: Array(token.utf8)))]
    }
  }
}
