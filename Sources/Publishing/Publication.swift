public import Diagnostics
internal import RecordFormats
internal import Records
internal import Synchronization
public import WeightHub

/// Brings a record to a Hub: its files and the repository's index, in one commit.
public struct Publication: Sendable {
  /// Where it goes.
  public let repository: RepositoryAddress
  /// Whether it is proposed as a pull request.
  public var opensPullRequest = false
  /// Whether a repository that is begun is private.
  public var isPrivate = false
  /// Whether a signature that is there says the same as a new one. Signatures are others each time,
  /// also by the same key over the same files, and such a one need not go up.
  public var saysTheSame: @Sendable (_ old: [UInt8], _ new: [UInt8]) -> Bool = { $0 == $1 }

  /// How often somebody else may commit in between.
  private static let tries = 4

  /// A publication to a repository.
  public init(_ repository: RepositoryAddress) { self.repository = repository }

  /// What came of it.
  public struct Outcome: Sendable {
    /// The commit; nil where everything was there already.
    public let commit: String?
    /// Where it can be looked at.
    public let page: String?
    /// The paths of the files that were new or changed.
    public let paths: [String]
    /// The paths of the files that went: an earlier publication had left them.
    public let removedPaths: [String]
    /// The bytes that were sent.
    public let sentByteCount: Int
  }

  /// Asks the Hub what can be asked before there is a package: who the token is, and whether the
  /// repository may be seen, if it is there. Throws what that throws, and W10 offline.
  public func rehearse(_ client: HubClient) async throws(Rejection) {
    guard !client.settings.isOffline else {
      throw Rejection(WeightHubRules.offline, "publishing asks the Hub")
    }
    if client.settings.token != nil { _ = try await client.whoAmI() }
    _ = try await isThere(client)
  }

  private func isThere(_ client: HubClient) async throws(Rejection) -> Bool {
    do throws(Rejection) {
      _ = try await client.commit(of: repository)
      return true
    } catch {
      guard error.rule == WeightHubRules.notFound else { throw error }
      return false
    }
  }

  /// Publishes a package, in a repository that is begun if it is missing. `progress` is told how
  /// many of how many bytes are there. Throws what talking to the Hub throws, and I-rules for an
  /// index there that is none.
  public func run(
    _ package: RecordPackage, _ client: HubClient,
    progress: @escaping @Sendable (_ byteCount: Int, _ total: Int) -> Void = { _, _ in }
  ) async throws(Rejection) -> Outcome {
    // Who may only propose changes to somebody else's repository may begin none there.
    if !(try await isThere(client)) {
      _ = try await client.createRepository(repository, isPrivate: isPrivate)
    }
    var attempt = 1
    while true {
      do throws(Rejection) {
        return try await once(package, client, progress)
      } catch {
        guard error.rule == WeightHubRules.stale, attempt < Self.tries else { throw error }
        attempt += 1
      }
    }
  }

  private func once(
    _ package: RecordPackage, _ client: HubClient,
    _ progress: @escaping @Sendable (Int, Int) -> Void
  ) async throws(Rejection) -> Outcome {
    let head = try await client.commit(of: repository)
    let there = try await client.files(of: repository, at: head)
    var index = try await index(among: there, at: head, client)
    try index.set(package.entry)
    var files = package.files
    files.append(LocalFile(path: RecordFileName.index, .bytes(index.bytes)))
    if !there.contains(where: { $0.path == "README.md" }) {
      files.append(
        LocalFile(path: "README.md", .bytes(Array(CollectionCard(repository).text.utf8))))
    }
    var push = Push(repository, title: "Add \(package.place)")
    push.parent = opensPullRequest ? nil : head
    push.opensPullRequest = opensPullRequest
    push.removals = Self.leftovers(
      of: package.place.description, among: there.map(\.path), besides: files.map(\.path))
    let plan = try await push.plan(files, client)
    guard !(try await isNothing(plan, files, among: there, at: head, client)) else {
      return Outcome(commit: nil, page: nil, paths: [], removedPaths: [], sentByteCount: 0)
    }
    let (total, sum) = (plan.byteCount, Counter())
    let done = try await push.run(plan, client) { progress(sum.add($0), total) }
    return Outcome(
      commit: done.commit, page: done.page, paths: plan.paths, removedPaths: plan.removals,
      sentByteCount: done.sentByteCount)
  }

  /// Whether all that a plan would change are signatures that say the same already.
  private func isNothing(
    _ plan: Push.Plan, _ files: [LocalFile], among there: [RemoteFile], at head: String,
    _ client: HubClient
  ) async throws(Rejection) -> Bool {
    guard plan.removals.isEmpty, plan.paths.allSatisfy({ $0.hasSuffix(".sig") }) else {
      return false
    }
    for path in plan.paths {
      guard let old = there.first(where: { $0.path.utf8.elementsEqual(path.utf8) }),
        let new = files.first(where: { $0.path.utf8.elementsEqual(path.utf8) })
      else { return false }
      let bytes = try await client.bytes(of: old, in: repository, at: head)
      guard saysTheSame(bytes, try new.bytes()) else { return false }
    }
    return true
  }

  /// The files below a record's folder that an earlier publication left there. Folders with a
  /// manifest of their own are other records.
  static func leftovers(
    of place: String, among there: [String], besides files: [String]
  ) -> [String] {
    let folder = place + "/"
    let manifest = "/" + RecordFileName.manifest
    let others = there.filter { $0.hasPrefix(folder) && $0.hasSuffix(manifest) }
      .map { $0.dropLast(manifest.utf8.count - 1) }.filter { $0 != folder }
    let kept = Set(files.map { Array($0.utf8) })
    return there.filter { path in
      path.hasPrefix(folder) && !kept.contains(Array(path.utf8))
        && !others.contains { path.hasPrefix($0) }
    }
  }

  private func index(
    among files: [RemoteFile], at commit: String, _ client: HubClient
  ) async throws(Rejection) -> RecordIndex {
    guard let file = files.first(where: { $0.path == RecordFileName.index }) else {
      return RecordIndex()
    }
    let bytes = try await client.bytes(of: file, in: repository, at: commit)
    return try Self.index(bytes)
  }

  // A span that lives in an asynchronous function breaks its stack (Swift 6.3), also one that was
  // inlined into it.
  @inline(never)
  private static func index(_ bytes: [UInt8]) throws(Rejection) -> RecordIndex {
    try RecordIndex(parsing: bytes.span.bytes)
  }
}

/// How many bytes are there, told by several transfers.
private final class Counter: Sendable {
  private let count = Mutex(0)

  /// The count with some more.
  func add(_ more: Int) -> Int {
    count.withLock { count in
      count += more
      return count
    }
  }
}

/// The first page of a repository that holds several records.
struct CollectionCard {
  private let repository: RepositoryAddress

  init(_ repository: RepositoryAddress) { self.repository = repository }

  /// The text of its README.md.
  var text: String {
    """
    ---
    tags:
    - parameter-golf
    ---

    # \(repository.name)

    Weights of records of the parameter-golf challenge. Each record has a folder below `records/`, \
    with a card, a `manifest.json` that has the digest of every file and tensor, the weights in \
    full precision as safetensors, and the artifact that the challenge counts. `index.json` lists \
    them all.

    ```
    birdie pull \(repository.id) --include 'records/*'
    hf download \(repository.id)
    ```

    """
  }
}
