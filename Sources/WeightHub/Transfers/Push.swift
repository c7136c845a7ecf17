internal import AsyncHTTPClient
public import Diagnostics
internal import JSON
internal import NIOHTTP1
internal import TextCoding

/// An upload of files to a repository, as one commit.
public struct Push: Sendable {
  /// Where they go.
  public let repository: RepositoryAddress
  /// The message of the commit.
  public let title: String
  /// Whether the commit is proposed as a pull request.
  public var opensPullRequest = false
  /// The commit that the files were made for: another one by now refuses them. Nil puts up with
  /// any.
  public var parent: String?
  /// The paths of files that are to go.
  public var removals: [String] = []
  /// How many files are sent at once.
  private static let width = 4

  /// An upload with a message.
  public init(_ repository: RepositoryAddress, title: String) {
    self.repository = repository
    self.title = title
  }

  /// A file that the Hub does not have as it is.
  struct Change: Sendable {
    let file: LocalFile
    let facts: LocalFile.Facts
    let isLarge: Bool
  }

  /// What is to be sent.
  public struct Plan: Sendable {
    let changes: [Change]
    /// The paths of the files that are new or changed, in order.
    public var paths: [String] { changes.map(\.file.path) }
    /// The paths of the files that go.
    public let removals: [String]
    /// Whether there is nothing to do.
    public var isEmpty: Bool { changes.isEmpty && removals.isEmpty }
    /// The bytes that are sent, as far as the Hub does not have them under another name.
    public var byteCount: Int { changes.reduce(0) { $0 + $1.facts.byteCount } }
  }

  /// What came of it.
  public struct Outcome: Sendable {
    /// The commit; nil where nothing had changed.
    public let commit: String?
    /// Where the commit or the pull request can be looked at.
    public let page: String?
    /// The bytes that were sent.
    public let sentByteCount: Int
  }

  /// Asks which of the files are new or changed. The repository must be there.
  public func plan(_ files: [LocalFile], _ client: HubClient) async throws(Rejection) -> Plan {
    var facts: [LocalFile.Facts] = []
    for file in files { facts.append(try await file.facts()) }
    var changes: [Change] = []
    // The protocol takes 256 files at a time.
    for start in stride(from: 0, to: files.count, by: 256) {
      let indices = Array(start..<min(start + 256, files.count))
      let asked = indices.map { index -> JSONValue in
        [
          "path": .string(files[index].path), "size": .integer(facts[index].byteCount),
          "sample": .string(Base64.encode(facts[index].sample)),
        ]
      }
      let path = "\(repository.apiPath)/preupload/\(repository.encodedRevision)"
      let answer = try await client.json(
        Exchange(.POST, client.address(path + query), json: ["files": .array(asked)]))
      for index in indices {
        if let change = try change(files[index], facts[index], answer) { changes.append(change) }
      }
    }
    return Plan(changes: changes, removals: removals)
  }

  private var query: String { opensPullRequest ? "?create_pr=1" : "" }

  private func change(
    _ file: LocalFile, _ facts: LocalFile.Facts, _ answer: JSONValue
  ) throws(Rejection) -> Change? {
    let said = answer["files"]?.elements?.first {
      // Paths of the same look may have other bytes, which `==` of strings does not tell.
      $0["path"]?.string.map { $0.utf8.elementsEqual(file.path.utf8) } ?? false
    }
    guard let mode = said?["uploadMode"]?.string, ["lfs", "regular"].contains(mode) else {
      throw Rejection(WeightHubRules.answer, "preupload says nothing of \(file.path)")
    }
    if said?["shouldIgnore"] == true { return nil }
    // An empty file has nothing that could be sent apart from the commit.
    let isLarge = mode == "lfs" && facts.byteCount > 0
    let there = said?["oid"]?.string
    guard there != (isLarge ? facts.sha256 : facts.gitSHA1) else { return nil }
    return Change(file: file, facts: facts, isLarge: isLarge)
  }

  /// Sends what a plan lists and commits it; an empty plan makes no commit. `progress` is told how
  /// many more bytes are there.
  public func run(
    _ plan: Plan, _ client: HubClient, progress: @escaping @Sendable (Int) -> Void = { _ in }
  ) async throws(Rejection) -> Outcome {
    guard !plan.isEmpty else {
      return Outcome(commit: nil, page: nil, sentByteCount: 0)
    }
    let large = plan.changes.filter(\.isLarge)
    let sent = try await client.upload(large, to: repository, width: Self.width, progress: progress)
    let small = plan.changes.filter { !$0.isLarge }.reduce(0) { $0 + $1.facts.byteCount }
    let path = "\(repository.apiPath)/commit/\(repository.encodedRevision)"
    var exchange = Exchange(.POST, client.address(path + query))
    exchange.payload = .bytes(try lines(plan), type: "application/x-ndjson")
    // With a parent a commit that came through the first time is refused the second.
    exchange.isRepeatable = parent != nil
    exchange.isSlow = true
    let answer = try await client.json(exchange)
    progress(small)
    guard let commit = answer["commitOid"]?.string else {
      throw Rejection(WeightHubRules.answer, "the commit has no name")
    }
    return Outcome(
      commit: commit, page: answer["pullRequestUrl"]?.string ?? answer["commitUrl"]?.string,
      sentByteCount: sent + small)
  }

  private func lines(_ plan: Plan) throws(Rejection) -> [UInt8] {
    var header: [(key: String, value: JSONValue)] = [
      ("summary", .string(title)), ("description", .string("")),
    ]
    if let parent { header.append(("parentCommit", .string(parent))) }
    var bytes = Array(
      JSONValue.object([("key", "header"), ("value", .object(header))]).text().utf8)
    for change in plan.changes {
      bytes.append(UInt8(ascii: "\n"))
      let line: JSONValue =
        change.isLarge
        ? [
          "key": "lfsFile",
          "value": [
            "path": .string(change.file.path), "algo": "sha256",
            "oid": .string(change.facts.sha256), "size": .integer(change.facts.byteCount),
          ],
        ]
        : [
          "key": "file",
          "value": [
            "path": .string(change.file.path), "encoding": "base64",
            "content": .string(Base64.encode(try change.file.bytes())),
          ],
        ]
      bytes += Array(line.text().utf8)
    }
    for path in plan.removals {
      let line: JSONValue = ["key": "deletedFile", "value": ["path": .string(path)]]
      bytes += [UInt8(ascii: "\n")] + Array(line.text().utf8)
    }
    return bytes
  }
}
