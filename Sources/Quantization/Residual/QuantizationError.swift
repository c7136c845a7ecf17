public import Diagnostics
internal import Glibc
public import TensorCore
internal import TensorOps

/// What codes take from a weight: E, its elements less those that the codes stand for.
///
/// The largest errors of a model are worth a few bytes of their own: LQER (Zhang et al. 2024) keeps
/// the leading singular triplets of E, in two factors of few bits.
public struct QuantizationError: Sendable {
  /// The root of the sum of the squares of E (Frobenius).
  public let norm: Double
  private let weight: Weight
  private let encoded: EncodedTensor
  private let base: ScaledCodes

  /// The error of a weight's codes. Throws Q07 unless they are integers with scales of rows or of
  /// the tensor, which is what a residual can be added to.
  public init(of weight: Weight, in encoded: EncodedTensor) throws(Rejection) {
    guard let base = encoded.encoding as? ScaledCodes else {
      throw Rejection(
        QuantizationRules.noResidual, "its codes are \(encoded.encoding.kind)",
        at: Place(tensor: weight.name))
    }
    (self.weight, self.encoded, self.base) = (weight, encoded, base)
    var sum = 0.0
    for element in try Self.elements(weight, encoded) { sum += element * element }
    norm = sum.squareRoot()
  }

  /// The codes with a residual of at most this rank: A = U Σ and B = Vᵀ of E's leading triplets.
  ///
  /// As the challenge's record of 2026-04-27 does it. Where 64 divides B: A in codes of −2 to 1
  /// with one scale of max |A| / 1.5, B in codes of −8 to 7 with a scale of max |b| / 7.5 for every
  /// 64 elements in row-major order. Else codes of −7 to 7, with a scale of the largest magnitude
  /// over 7 for each row of A and of B. Scales are halves, and codes are rounded by them, ties to
  /// even. The signs of A's columns are those of `Matrix.leadingSingularTriplets`.
  public func reconstructed(rank: Int) throws(Rejection) -> EncodedTensor {
    let error = Matrix(
      try Self.elements(weight, encoded), rowCount: weight.rows, columnCount: weight.columns)
    let triplets = error.leadingSingularTriplets(rank)
    let rank = triplets.values.count
    let left = triplets.left.elements.enumerated().map { $1 * triplets.values[$0 % rank] }
    let right = triplets.right.elements
    let isGrouped = right.count % FactorCodes.groupSize == 0
    let first =
      isGrouped
      ? FactorCodes(left, runLength: left.count, codes: -2...1, end: 1.5)
      : FactorCodes(left, runLength: rank, codes: -7...7, end: 7)
    let second =
      isGrouped
      ? FactorCodes(right, runLength: FactorCodes.groupSize, codes: -8...7, end: 7.5)
      : FactorCodes(right, runLength: weight.columns, codes: -7...7, end: 7)
    let suffix = isGrouped ? "_a" : ""
    let parts = [
      ("lqA" + suffix, Tensor(first.codes, .i8, [weight.rows, rank])),
      ("lqAs" + suffix, ScaleType.f16.tensor(first.scales, isGrouped ? [] : [weight.rows])),
      ("lqB" + suffix, Tensor(second.codes, .i8, [rank, weight.columns])),
      ("lqBs" + suffix, ScaleType.f16.tensor(second.scales, [second.scales.count])),
    ]
    return try EncodedTensor(
      dtype: encoded.dtype, shape: encoded.shape,
      encoding: LowRankResidual(base: base, scaling: isGrouped ? .groups : .rows),
      components: encoded.components
        + parts.map { .init(name: "\(weight.name).\($0.0)", tensor: $0.1) })
  }

  /// E, row by row: products of codes and half-precision scales are exact in single precision.
  private static func elements(
    _ weight: Weight, _ encoded: EncodedTensor
  ) throws(Rejection) -> [Double] {
    var errors: [Double] = []
    errors.reserveCapacity(weight.elements.count)
    let parts = encoded.components.map(\.tensor)
    try encoded.encoding.decode(parts, shape: encoded.shape) { (block) throws(Rejection) in
      for index in block.indices {
        errors.append(Double(weight.elements[errors.count]) - Double(block[index]))
      }
    }
    return errors
  }
}

/// The codes of a residual's factor, in runs that share a scale.
private struct FactorCodes {
  /// How many elements of B share a scale.
  static let groupSize = 64

  private(set) var codes: [Int8] = []
  private(set) var scales: [Float] = []

  /// Codes of elements, of which `end` is the one that the largest of a run is rounded from.
  init(_ elements: [Double], runLength: Int, codes range: ClosedRange<Double>, end: Double) {
    for start in stride(from: 0, to: elements.count, by: max(runLength, 1)) {
      let run = elements[start..<(start + runLength)]
      let largest = run.reduce(1e-10) { max($0, abs($1)) }
      let scale = ScaleType.f16.rounded(largest / end)
      scales.append(scale)
      for element in run {
        // Half precision knows no 1e-10: what has no error to mend has the scale 0, and codes of 0.
        let code = scale > 0 ? rint(element / Double(scale)) : 0
        codes.append(Int8(max(range.lowerBound, min(range.upperBound, code))))
      }
    }
  }
}
