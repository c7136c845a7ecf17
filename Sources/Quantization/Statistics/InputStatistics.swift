public import Diagnostics
internal import Synchronization
public import TensorOps

/// What a layer reads, summed over calibration rows. Weights that read the same input share one,
/// and with it the factors that are computed from it.
public final class InputStatistics: Sendable {
  /// How many channels.
  public let width: Int
  /// How many rows were summed.
  public let rowCount: Int
  /// Σ xᵀx over the rows.
  public let secondMoment: Matrix
  /// The mean of |x| of every channel; empty where it is not known.
  public let meanMagnitudes: [Double]
  /// Whether the second moments are finite, and their diagonal not negative.
  let isSound: Bool
  private let factors = Mutex<[ErrorFeedback.Key: ErrorFeedback]>([:])

  /// Statistics of `rowCount` rows.
  public init(secondMoment: Matrix, rowCount: Int, meanMagnitudes: [Double] = []) {
    precondition(secondMoment.rowCount == secondMoment.columnCount, "second moments are square")
    width = secondMoment.rowCount
    self.secondMoment = secondMoment
    self.rowCount = rowCount
    self.meanMagnitudes = meanMagnitudes
    isSound =
      secondMoment.elements.allSatisfy(\.isFinite)
      && secondMoment.diagonal.allSatisfy { $0 >= 0 }
  }

  /// The factor for error feedback, computed once; throws Q04 where there is none.
  public func feedback(
    damping: Double, byActivation: Bool
  ) throws(Rejection) -> ErrorFeedback {
    let key = ErrorFeedback.Key(damping: damping, byActivation: byActivation)
    if let known = factors.withLock({ $0[key] }) { return known }
    let made = try ErrorFeedback(secondMoment, key)
    factors.withLock { $0[key] = made }
    return made
  }
}
