public import Diagnostics

/// A download of a repository's files into the cache.
public struct Pull: Sendable {
  /// What is downloaded.
  public let repository: RepositoryAddress
  /// Whether a path is wanted.
  public var includes: @Sendable (String) -> Bool = { _ in true }
  /// How many files are downloaded at once.
  public var width = 4

  /// A download of everything.
  public init(_ repository: RepositoryAddress) { self.repository = repository }

  /// What is to be downloaded.
  public struct Plan: Sendable {
    /// The commit that the revision stands for.
    public let commit: String
    /// The files that are wanted.
    public let files: [RemoteFile]
    /// The bytes that are not in the cache yet.
    public let missingByteCount: Int
  }

  /// What came of it.
  public struct Outcome: Sendable {
    /// The folder of the commit's files.
    public let folder: String
    /// The commit.
    public let commit: String
    /// The files, by path.
    public let files: [RemoteFile]
  }

  /// What there is on the Hub and not in the cache. Throws what asking throws.
  public func plan(_ client: HubClient) async throws(Rejection) -> Plan {
    let cache = HubCache(client.settings.cache, repository)
    let commit = try await client.commit(of: repository)
    let files = try await client.files(of: repository, at: commit).filter { includes($0.path) }
    let missing = files.filter { !cache.hasBlob($0) }.reduce(0) { sum, file in
      let there = HubCache.byteCount(of: cache.partialBlob(file.entityTag)) ?? 0
      return sum + max(0, file.byteCount - there)
    }
    return Plan(commit: commit, files: files, missingByteCount: missing)
  }

  /// Downloads and verifies what a plan lists. `progress` is told how many more bytes are there.
  public func run(
    _ plan: Plan, _ client: HubClient, progress: @escaping @Sendable (Int) -> Void = { _ in }
  ) async throws(Rejection) -> Outcome {
    let cache = HubCache(client.settings.cache, repository)
    // Equal files are one blob.
    var tags: Set<String> = []
    let blobs = plan.files.filter { tags.insert($0.entityTag).inserted }
    try await Transfers.forEach(blobs, width: width) { [repository] (file) throws(Rejection) in
      try await client.download(
        file, of: repository, at: plan.commit, to: cache, progress: progress)
    }
    for file in plan.files { try cache.link(file, of: plan.commit) }
    try cache.note(plan.commit, of: repository.revision)
    return Outcome(
      folder: cache.snapshot(plan.commit), commit: plan.commit, files: plan.files)
  }
}
