/// Where the random numbers of a merge come from.
public struct MergeRandom: Sendable {
  /// The seed of the merge.
  public let seed: UInt64

  /// Numbers that depend on the seed, the method, the tensor's name and the input alone.
  public init(seed: UInt64) { self.seed = seed }
}
