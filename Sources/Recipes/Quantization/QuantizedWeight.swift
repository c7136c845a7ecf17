public import Quantization

/// A tensor that was quantized, and what is known of it besides its codes.
public struct QuantizedWeight: Sendable {
  /// Its name in the checkpoint.
  public let name: String
  /// How many weights it has.
  public let elementCount: Int
  /// The id of its method.
  public let method: String
  /// What steps of columns save by the statistics of its input, in bits for each weight; nil where
  /// columns have one step.
  public let predictedGain: Double?
  /// The divergence that it alone caused when it was measured, in nats per token; nil where nothing
  /// was.
  public let cost: Double?
  /// The factor that its steps have by that.
  public let stepFactor: Double
  /// What was done to it otherwise than its options say.
  public let notes: [MethodNote]
}

extension [QuantizedWeight] {
  /// The mean of the predicted gains over the weights that have one, in bits for each; nil where
  /// none has.
  public var meanPredictedGain: Double? {
    Self.mean(map(\.predictedGain), map(\.elementCount))
  }

  static func mean(_ gains: [Double?], _ counts: [Int]) -> Double? {
    let known = zip(gains, counts).compactMap { gain, count in gain.map { ($0, Double(count)) } }
    let count = known.reduce(0) { $0 + $1.1 }
    return count > 0 ? known.reduce(0) { $0 + $1.0 * $1.1 } / count : nil
  }
}
