public import Diagnostics
internal import TextCoding

/// A repository on a Hub, at a revision.
public struct RepositoryAddress: Sendable, Hashable {
  /// What a repository holds.
  public enum Kind: String, Sendable, CaseIterable {
    /// Weights.
    case model
    /// Data.
    case dataset
    /// A program.
    case space

    /// The word in paths of the protocol.
    var plural: String { rawValue + "s" }
  }

  /// What it holds.
  public let kind: Kind
  /// Whose it is.
  public let namespace: String
  /// Its name there.
  public let name: String
  /// A branch, a tag, a commit or a reference.
  public let revision: String

  /// Namespace and name, with a slash.
  public var id: String { "\(namespace)/\(name)" }

  /// The address that a text such as `namespace/name@revision` or `datasets/namespace/name` names.
  /// Throws W09.
  public init(_ text: String, revision: String? = nil) throws(Rejection) {
    let halves = text.split(separator: "@", maxSplits: 1, omittingEmptySubsequences: false)
    var parts = halves[0].split(separator: "/", omittingEmptySubsequences: false).map(String.init)
    var kind = Kind.model
    if parts.count == 3, let named = Kind.allCases.first(where: { $0.plural == parts[0] }) {
      kind = named
      parts.removeFirst()
    }
    let said = halves.count > 1 ? String(halves[1]) : nil
    guard parts.count == 2, parts.allSatisfy(Self.isWord), said != "",
      !Kind.allCases.contains(where: { $0.plural == parts[0] }),
      said == nil || revision == nil || said == revision
    else { throw Rejection(WeightHubRules.address, text.debugDescription) }
    self.kind = kind
    (namespace, name) = (parts[0], parts[1])
    self.revision = revision ?? said ?? "main"
    guard Self.isRevision(self.revision) else {
      throw Rejection(WeightHubRules.address, "the revision \(self.revision.debugDescription)")
    }
  }

  /// Revisions become paths in the cache, so they are paths that lead nowhere else.
  private static func isRevision(_ text: String) -> Bool {
    text.utf8.count <= 1024
      && text.split(separator: "/", omittingEmptySubsequences: false).allSatisfy { part in
        !part.isEmpty && part.utf8.count <= 200 && part != "." && part != ".."
          && !part.utf8.contains { $0 < 0x20 || $0 == 0x7F || $0 == UInt8(ascii: "\\") }
      }
  }

  private static func isWord(_ text: String) -> Bool {
    !text.isEmpty && text.utf8.count <= 96 && !text.hasPrefix(".") && !text.contains("..")
      && text.utf8.allSatisfy { byte in
        (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte)
          || (0x61...0x7A).contains(byte) || "-_.".utf8.contains(byte)
      }
  }

  /// Where the protocol speaks of it: `/api/models/namespace/name`.
  var apiPath: String { "/api/\(kind.plural)/\(id)" }

  /// Where its files are: `/namespace/name`.
  var filePath: String { kind == .model ? "/\(id)" : "/\(kind.plural)/\(id)" }

  /// `/owner/name/resolve/COMMIT/PATH`: where a file's bytes are.
  func path(of file: RemoteFile, at commit: String) -> String {
    "\(filePath)/resolve/\(commit)/\(PercentEncoding.encode(file.path, keeping: .slashes))"
  }

  /// The revision as one part of a path.
  var encodedRevision: String { PercentEncoding.encode(revision) }

  /// The folder of its downloads.
  var cacheName: String { "\(kind.plural)--\(namespace)--\(name)" }
}

/// A file or a folder on a Hub: `hf://namespace/name@revision/path`.
public struct FileAddress: Sendable, Hashable {
  /// The repository.
  public let repository: RepositoryAddress
  /// The path in it; empty for all of it.
  public let path: String

  /// Whether a text is meant as an address.
  public static func isOne(_ text: String) -> Bool { text.hasPrefix("hf://") }

  /// The address of a text; throws W09.
  public init(_ text: String) throws(Rejection) {
    guard Self.isOne(text) else { throw Rejection(WeightHubRules.address, text.debugDescription) }
    var parts = text.dropFirst(5).split(separator: "/", omittingEmptySubsequences: false)
    let isPrefixed = RepositoryAddress.Kind.allCases.contains { parts.first ?? "" == $0.plural }
    let count = isPrefixed ? 3 : 2
    guard parts.count >= count else {
      throw Rejection(WeightHubRules.address, text.debugDescription)
    }
    if parts.last == "" { parts.removeLast() }
    repository = try RepositoryAddress(parts.prefix(count).joined(separator: "/"))
    path = parts.dropFirst(count).joined(separator: "/")
  }
}
