public import TensorCore

/// How two tensors of one name differ.
public struct TensorDifference: Sendable {
  /// What a side's header says.
  public struct Side: Sendable, Equatable {
    /// The type of the decoded elements.
    public let dtype: DType
    /// The extents.
    public let shape: Shape
  }

  /// The name on both sides.
  public let name: String
  /// The reference.
  public let left: Side
  /// What is held against it.
  public let right: Side
  /// Whether type, shape and every bit of the decoded elements are the same.
  public let isEqual: Bool
  /// How far the values lie apart; nil where shapes differ, where a side has no data, for types
  /// that share bytes, and between complex and real numbers.
  public let numbers: NumericDifference?

  /// Whether the tensors are the same, or every value is at most `tolerance` off.
  ///
  /// A tolerance of 0 wants the same type and bits; a larger one lets the types differ.
  public func isWithin(_ tolerance: Double) -> Bool {
    if isEqual { return true }
    guard tolerance > 0, let numbers else { return false }
    return numbers.nonfiniteMismatchCount == 0 && numbers.maximumAbsolute <= tolerance
  }
}

/// How far the values of two tensors of one shape lie apart, element by element.
public struct NumericDifference: Sendable, Equatable {
  /// The largest distance of two finite elements.
  public let maximumAbsolute: Double
  /// The most steps from one representable value to the next between two finite elements; nil
  /// for tensors of different types.
  public let maximumULPs: UInt64?
  /// The cosine of the angle between the tensors as vectors; nil where a side is all zero.
  public let cosine: Double?
  /// 10·log₁₀(Σ left² / Σ (left − right)²) in decibels; infinite without noise, nil where the
  /// left side is all zero but the right is not.
  public let signalToNoise: Double?
  /// The elements whose values differ.
  public let differingCount: Int
  /// The elements that are NaN or infinite on one side and something else on the other.
  public let nonfiniteMismatchCount: Int

  /// What tensors with the same bits have, known without reading a number.
  static let none = NumericDifference(
    maximumAbsolute: 0, maximumULPs: 0, cosine: 1, signalToNoise: .infinity, differingCount: 0,
    nonfiniteMismatchCount: 0)
}
