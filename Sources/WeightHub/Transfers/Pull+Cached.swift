public import Diagnostics

extension Pull {
  /// A file that was downloaded before.
  public struct CachedFile: Sendable, Hashable {
    /// Its path in the repository.
    public let path: String
    /// Its length.
    public let byteCount: Int
    /// The digest that it is called after in the cache; nil for a copy of another program's.
    public let entityTag: String?
  }

  /// What was downloaded before.
  public struct Cached: Sendable {
    /// The folder of the commit's files.
    public let folder: String
    /// The commit.
    public let commit: String
    /// Those of its files that are there and wanted, by path.
    public let files: [CachedFile]
  }

  /// What was downloaded before, without asking the Hub: whether more belongs to it nobody knows.
  /// Throws W10 where there is nothing that is wanted.
  public func cached(_ settings: HubSettings) throws(Rejection) -> Cached {
    let cache = HubCache(settings.cache, repository)
    let name = "\(repository.id) at \(repository.revision)"
    guard let commit = cache.commit(of: repository.revision) else {
      throw Rejection(WeightHubRules.offline, name)
    }
    let files = cache.files(of: commit).filter { includes($0.path) }
    guard !files.isEmpty else {
      throw Rejection(WeightHubRules.offline, "\(name): no files that match")
    }
    return Cached(folder: cache.snapshot(commit), commit: commit, files: files)
  }
}
