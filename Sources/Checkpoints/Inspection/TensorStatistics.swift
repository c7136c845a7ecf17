/// What the values of a tensor look like from afar.
public struct TensorStatistics: Sendable, Equatable {
  /// The elements.
  public let count: Int
  /// The smallest value but NaN; nil without any.
  public let minimum: Double?
  /// The largest value but NaN; nil without any.
  public let maximum: Double?
  /// The arithmetic mean of the finite values; nil without any.
  public let mean: Double?
  /// The standard deviation of the finite values about their mean (divisor n); nil without any.
  public let standardDeviation: Double?
  /// The largest magnitude but NaN; nil without any.
  public let absoluteMaximum: Double?
  /// The zeros of either sign.
  public let zeroCount: Int
  /// The NaNs.
  public let nanCount: Int
  /// The infinities of either sign.
  public let infinityCount: Int
}
