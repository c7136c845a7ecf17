internal import AsyncHTTPClient
public import Diagnostics
internal import JSON
internal import NIOHTTP1

/// A file of a repository, as a Hub tells it.
public struct RemoteFile: Sendable, Hashable {
  /// Its path in the repository.
  public let path: String
  /// Its length.
  public let byteCount: Int
  /// Git's SHA-1 of it, or of the pointer that stands for a large one.
  public let blobID: String
  /// The SHA-256 of a large one; nil for those that git has itself.
  public let sha256: String?

  /// What it is called in the cache, and what it is verified by.
  public var entityTag: String { sha256 ?? blobID }
}

extension HubClient {
  /// Who the token is: a user's name. Throws W01, W02 and W04.
  public func whoAmI() async throws(Rejection) -> String {
    let answer = try await json(Exchange(.GET, address("/api/whoami-v2")))
    guard let name = answer["name"]?.string else {
      throw Rejection(WeightHubRules.answer, "whoami-v2 names nobody")
    }
    return name
  }

  /// Begins a repository unless there is one; gives whether it is new.
  public func createRepository(
    _ repository: RepositoryAddress, isPrivate: Bool = false
  ) async throws(Rejection) -> Bool {
    let body: JSONValue = [
      "name": .string(repository.name), "organization": .string(repository.namespace),
      "type": .string(repository.kind.rawValue), "private": .bool(isPrivate),
      "visibility": isPrivate ? "private" : "public",
    ]
    let exchange = Exchange(.POST, address("/api/repos/create"), json: body)
    return try await send(exchange, accepting: [409]).status.code != 409
  }

  /// The commit that a revision stands for. Throws W03 where there is none.
  public func commit(of repository: RepositoryAddress) async throws(Rejection) -> String {
    let path = "\(repository.apiPath)/revision/\(repository.encodedRevision)"
    let answer = try await json(Exchange(.GET, address(path)))
    guard let commit = answer["sha"]?.string, Self.isCommit(commit) else {
      throw Rejection(WeightHubRules.answer, "\(repository.id) has no commit")
    }
    return commit
  }

  /// Whether a text is the name of a commit: 40 hexadecimal digits.
  static func isCommit(_ text: String) -> Bool {
    text.utf8.count == 40
      && text.utf8.allSatisfy { (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }
  }

  /// The files of a repository at a commit, by path. Throws W04 and, for paths that lead elsewhere,
  /// W11.
  public func files(
    of repository: RepositoryAddress, at commit: String
  ) async throws(Rejection) -> [RemoteFile] {
    var next: String? = address("\(repository.apiPath)/tree/\(commit)?recursive=true")
    var files: [RemoteFile] = []
    while let page = next {
      let response = try await send(Exchange(.GET, page))
      let answer = try await json(of: response, from: page)
      guard let entries = answer.elements else {
        throw Rejection(WeightHubRules.answer, "\(page): no list")
      }
      for entry in entries where entry["type"]?.string == "file" {
        files.append(try Self.file(entry))
      }
      next = Self.nextPage(response.headers.first(name: "link"))
        .map { Exchange.resolved($0, against: page) }
    }
    return files.sorted { $0.path.utf8.lexicographicallyPrecedes($1.path.utf8) }
  }

  private static func file(_ entry: JSONValue) throws(Rejection) -> RemoteFile {
    guard let path = entry["path"]?.string, let oid = entry["oid"]?.string,
      let size = entry["lfs"]?["size"]?.integer ?? entry["size"]?.integer, size >= 0
    else { throw Rejection(WeightHubRules.answer, "a file without path, name or size") }
    let file = RemoteFile(
      path: path, byteCount: size, blobID: oid, sha256: entry["lfs"]?["oid"]?.string)
    guard isSafe(path), isDigest(file.blobID), isDigest(file.entityTag) else {
      throw Rejection(WeightHubRules.path, path.prefix(200).debugDescription)
    }
    return file
  }

  /// Digests become names of files, so they are nothing but digits.
  private static func isDigest(_ text: String) -> Bool {
    [40, 64].contains(text.utf8.count)
      && text.utf8.allSatisfy { (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }
  }

  /// Whether a path stays inside of the folder that it is meant for, and is nothing that git or a
  /// terminal would take for its own: what a Hub of ours takes, too.
  static func isSafe(_ path: String) -> Bool {
    path.utf8.count <= 4096
      && path.split(separator: "/", omittingEmptySubsequences: false).allSatisfy { part in
        !part.isEmpty && part.utf8.count <= 255 && part != "." && part != ".."
          && part.lowercased() != ".git"
          && !part.utf8.contains { $0 < 0x20 || $0 == 0x7F || $0 == UInt8(ascii: "\\") }
      }
  }

  /// `<https://…>; rel="next"`.
  private static func nextPage(_ link: String?) -> String? {
    for part in link?.split(separator: ",") ?? [] where part.contains("rel=\"next\"") {
      guard let start = part.firstIndex(of: "<"), let end = part.firstIndex(of: ">"), start < end
      else { continue }
      return String(part[part.index(after: start)..<end])
    }
    return nil
  }
}
