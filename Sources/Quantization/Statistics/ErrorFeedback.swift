internal import Diagnostics
internal import EntropyCoding
public import TensorOps

/// How the error of one column is made up for by the columns after it: the factor that GPTQ
/// (Frantar et al. 2023) takes from the inverse of the second moments.
public struct ErrorFeedback: Sendable {
  struct Key: Hashable, Sendable {
    let damping: Double
    let byActivation: Bool
  }

  /// The columns in the order in which they are quantized.
  public let order: [Int]
  /// The upper triangular U with Uᵀ · U = H⁻¹, H in that order and damped.
  public let factor: Matrix
  /// The columns that nothing is ever read from: their weights do not matter.
  public let deadColumns: Set<Int>

  /// Factors second moments whose diagonal is raised by `damping` times its mean. Throws Q04 where
  /// they are not positive definite then.
  init(_ secondMoment: Matrix, _ key: Key) throws(Rejection) {
    let width = secondMoment.rowCount
    var diagonal = secondMoment.diagonal
    guard diagonal.allSatisfy({ $0.isFinite && $0 >= 0 }) else {
      throw Rejection(
        QuantizationRules.singularStatistics,
        "the diagonal has an element that is no sum of squares"
      )
    }
    let dead = diagonal.indices.filter { diagonal[$0] == 0 }
    for column in dead { diagonal[column] = 1 }
    deadColumns = Set(dead)
    let mean = diagonal.reduce(0, +) / Double(max(width, 1))
    let addedDamping = key.damping * mean
    let order =
      key.byActivation
      // Stable, so that equal channels keep their order on every machine.
      ? diagonal.indices.sorted {
        (diagonal[$0], $1) > (diagonal[$1], $0)
      } : Array(diagonal.indices)
    self.order = order
    // From the last column to the first, the lower factor of what is reversed is the upper one of
    // H = V · Vᵀ, and U = V⁻¹: one factorization and one inverse of a triangle.
    var reversed = Matrix(zerosOf: width, width)
    for row in 0..<width {
      let source = order[width - 1 - row]
      for column in 0...row {
        reversed[row, column] = secondMoment[source, order[width - 1 - column]]
      }
      reversed[row, row] = diagonal[source] + addedDamping
    }
    let lower: Matrix
    do {
      lower = try reversed.choleskyFactor()
    } catch {
      throw Rejection(
        QuantizationRules.singularStatistics,
        "the leading minor of order \(error.minor) is not positive; damping \(key.damping)")
    }
    let inverse = lower.solving(.lower, .identity(width))
    var factor = Matrix(zerosOf: width, width)
    for row in 0..<width {
      for column in row..<width {
        factor[row, column] = inverse[width - 1 - row, width - 1 - column]
      }
    }
    self.factor = factor
  }
}

extension ErrorFeedback {
  /// What waterfilled steps save, in bits for each weight: ½ · log2 of the arithmetic over the
  /// geometric mean of the squared diagonal of the Cholesky factor 1 / U, of the columns that
  /// anything is read from. With one step for all, a column adds its error over U²; with steps in
  /// proportion to U, every column adds what is the geometric mean at equal bits.
  public var waterfillingGain: Double {
    let live = order.indices.filter { !deadColumns.contains(order[$0]) }
    guard !live.isEmpty else { return 0 }
    let octaves = live.map { -2 * BinaryLogarithm.of(factor[$0, $0]) }
    let geometric = octaves.reduce(0, +) / Double(live.count)
    let arithmetic = live.reduce(0.0) { $0 + 1 / (factor[$1, $1] * factor[$1, $1]) }
    return max(0, (BinaryLogarithm.of(arithmetic / Double(live.count)) - geometric) / 2)
  }
}
