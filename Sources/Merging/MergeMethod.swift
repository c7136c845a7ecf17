public import Diagnostics

/// A way to combine the tensors that several models have under one name. One conformer, or one
/// family of them, per file under `Methods/`, one line in `MergeMethods`.
///
/// Formulas and the order of rounding are mergekit 0.1.5's, so that recipes written for it give the
/// same numbers.
public protocol MergeMethod: Sendable {
  /// The name in recipes.
  var id: String { get }
  /// What it does, in one line, and where it was published.
  var summary: String { get }
  /// What can be said in recipes.
  var parameters: [MergeParameter] { get }
  /// Which inputs it takes.
  var inputs: MergeInputs { get }
  /// Writes the elements of the result, in order. Throws what reading and writing throw, and M03 and
  /// M04.
  func merge<Real: MergeReal>(_ work: MergeWork<Real>) throws(Rejection)
}

/// Every method there is.
public enum MergeMethods {
  /// In the order of the documentation.
  public static let all: [any MergeMethod] = [LinearMerge()]

  /// The method of an id.
  public static func named(_ id: String) -> (any MergeMethod)? { all.first { $0.id == id } }
}

/// What a method takes.
public struct MergeInputs: Sendable, Equatable {
  /// What becomes of a base model.
  public enum Base: Sendable {
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

  /// What becomes of a base model.
  public let base: Base
  /// How many inputs there may be, the base among them.
  public let count: ClosedRange<Int>
  /// What becomes of a tensor that some of the models do without.
  public let absence: Absence

  /// Describes what a method takes.
  public init(_ base: Base, _ count: ClosedRange<Int>, absence: Absence = .refused) {
    self.base = base
    self.count = count
    self.absence = absence
  }

  /// More models than these nobody has.
  public static let most = 1024
}
