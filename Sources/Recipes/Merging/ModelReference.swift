/// A model that a recipe names: `PATH[@REVISION]`.
public struct ModelReference: Sendable, Hashable, CustomStringConvertible {
  /// Where it is.
  public let path: String
  /// A commit, branch or tag; nil for none.
  public let revision: String?

  /// Names a model.
  public init(path: String, revision: String? = nil) {
    (self.path, self.revision) = (path, revision)
  }

  /// As recipes write it.
  public var description: String { path + (revision.map { "@" + $0 } ?? "") }
}
