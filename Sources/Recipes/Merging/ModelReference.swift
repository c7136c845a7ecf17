/// A model that a recipe names: `PATH[@REVISION][+ADAPTER[@REVISION]]`.
public struct ModelReference: Sendable, Hashable, CustomStringConvertible {
  /// Where weights or an adapter of them are.
  public struct Location: Sendable, Hashable, CustomStringConvertible {
    /// A path.
    public let path: String
    /// A commit, branch or tag; nil for none.
    public let revision: String?

    /// Names a place.
    public init(path: String, revision: String? = nil) {
      (self.path, self.revision) = (path, revision)
    }

    /// As recipes write it.
    public var description: String { path + (revision.map { "@" + $0 } ?? "") }
  }

  /// The weights.
  public let weights: Location
  /// What is added to them; nil for nothing.
  public let adapter: Location?

  /// Names a model.
  public init(path: String, revision: String? = nil) {
    self.init(Location(path: path, revision: revision))
  }

  /// Names weights with an adapter.
  public init(_ weights: Location, adapter: Location? = nil) {
    (self.weights, self.adapter) = (weights, adapter)
  }

  /// As recipes write it.
  public var description: String {
    weights.description + (adapter.map { "+\($0)" } ?? "")
  }
}
