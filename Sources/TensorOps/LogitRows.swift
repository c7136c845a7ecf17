internal import CKernels
internal import Glibc
public import TensorCore

/// The rows of a matrix of logits, each a distribution before its softmax.
public struct LogitRows: Sendable {
  private let reader: FloatReader
  private let width: Int

  /// How the same row of two matrices compares.
  public struct Comparison: Sendable {
    /// log Σ eˣ of the reference's row.
    public let referenceMass: Double
    /// KL(reference ‖ own), in nats.
    public let divergence: Double
    /// Whether the largest logit stands at the same place; the first one, if several are largest.
    public let agrees: Bool
    /// The cosine of the angle between the rows.
    public let cosine: Double
  }

  /// Reads a matrix of shape [rows, width].
  public init(_ logits: Tensor) {
    reader = FloatReader(logits)
    width = logits.rowWidth
  }

  /// One logit.
  public subscript(row: Int, column: Int) -> Float {
    precondition(column >= 0 && column < width, "there is no column \(column)")
    return reader.read { $0[row * width + column] }
  }

  /// log Σ eˣ of a row: exponentials summed in float32, the rest in double precision.
  public func logSumExp(_ row: Int) -> Double {
    reader.read { Self.mass($0 + row * width, width).logSumExp }
  }

  /// Compares a row, whose log Σ eˣ is `mass`, with that of a reference.
  public func compare(_ row: Int, with reference: LogitRows, _ mass: Double) -> Comparison {
    precondition(width == reference.width, "both have the same vocabulary")
    let kernels = birdie_kernels().pointee
    return reader.read { own in
      reference.reader.read { other in
        let (x, r) = (own + row * width, other + row * width)
        let referenceMass = Self.mass(r, width)
        let sums = kernels.weighted_difference_f32(r, x, referenceMass.maximum, width)
        let norms = Double(kernels.dot_f32(x, x, width)) * Double(kernels.dot_f32(r, r, width))
        let mean = Double(sums) / referenceMass.sum
        return Comparison(
          referenceMass: referenceMass.logSumExp,
          divergence: max(0, mean - (referenceMass.logSumExp - mass)),
          agrees: Self.largest(x, width) == Self.largest(r, width),
          cosine: norms > 0 ? Double(kernels.dot_f32(x, r, width)) / norms.squareRoot() : 1)
      }
    }
  }

  private struct Mass {
    let maximum: Float
    /// Σ e^(x − maximum).
    let sum: Double
    var logSumExp: Double { Double(maximum) + log(sum) }
  }

  private static func mass(_ row: UnsafePointer<Float>, _ width: Int) -> Mass {
    let kernels = birdie_kernels().pointee
    let maximum = kernels.max_f32(row, width)
    return Mass(maximum: maximum, sum: Double(kernels.sum_exp_f32(row, maximum, width)))
  }

  private static func largest(_ row: UnsafePointer<Float>, _ width: Int) -> Int {
    var best = 0
    for column in 1..<max(width, 1) where row[column] > row[best] { best = column }
    return best
  }
}
