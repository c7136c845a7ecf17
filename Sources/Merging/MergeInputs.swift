/// What a method takes.
public struct MergeInputs: Sendable, Equatable {
  /// What becomes of a base model.
  public enum Base: Sendable {
    /// There may be none.
    case none
    /// There may be one; it is an input like the others, and has their parameters.
    case ordinary
    /// There may be one, from which the others are told apart.
    case optional
    /// There has to be one.
    case required
  }

  /// What becomes of a tensor that some of the models do without.
  public enum Absence: Sendable {
    /// An error.
    case refused
    /// The only one there is passes through.
    case onlyOnePasses
    /// The base's passes through where no other has one.
    case onlyBasePasses
    /// The base's passes through; without it there is none in the result.
    case basePassesOrNone
  }

  /// What a method knows of an input's tensor besides its elements.
  public enum Statistics: Sendable {
    /// The Fisher information of each element.
    case fisher
    /// The second moments of what a layer reads.
    case secondMoments
  }

  /// What becomes of a base model.
  public let base: Base
  /// How many inputs there may be, the base among them.
  public let count: ClosedRange<Int>
  /// What becomes of a tensor that some of the models do without.
  public let absence: Absence
  /// What it has to know of every input; nil for nothing.
  public let statistics: Statistics?
  /// Whether it takes only those of the inputs with which the result is better.
  public let isSelective: Bool

  /// Describes what a method takes.
  public init(
    _ base: Base, _ count: ClosedRange<Int>, absence: Absence = .refused,
    statistics: Statistics? = nil, isSelective: Bool = false
  ) {
    (self.base, self.count, self.absence) = (base, count, absence)
    (self.statistics, self.isSelective) = (statistics, isSelective)
  }

  /// More models than these nobody has.
  public static let most = 1024
}
