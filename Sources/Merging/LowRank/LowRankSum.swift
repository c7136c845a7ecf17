public import Diagnostics
public import TensorCore
internal import TensorOps

/// A weight with a change of low rank: W + B · A, in double precision and rounded once.
public struct LowRankSum: Sendable {
  private let weight: MergeElements
  private let shape: Shape
  private let factors: LowRankFactors
  private let magnitudes: [Double]?

  /// A weight with factors of its shape. With `magnitudes` every row has that length in the end
  /// (DoRA: Liu et al. 2024).
  public init(
    _ weight: MergeElements, shape: Shape, _ factors: LowRankFactors, magnitudes: [Double]? = nil
  ) {
    precondition(
      shape.rank == 2 && factors.b.rowCount == shape[0] && factors.a.columnCount == shape[1],
      "factors have the weight's shape")
    precondition(magnitudes.map { $0.count == shape[0] } ?? true, "rows have a length each")
    (self.weight, self.shape) = (weight, shape)
    (self.factors, self.magnitudes) = (factors, magnitudes)
  }

  /// Gives the bytes of the result's elements in the weight's own type, in order, some at a time.
  /// Throws F04 where a file has become shorter, and what `take` throws.
  public func run(_ take: (RawSpan) throws(Rejection) -> Void) throws(Rejection) {
    try withoutActuallyEscaping(take) { (take) throws(Rejection) in
      let task = MergeTask(
        name: "", shape: shape, dtype: weight.dtype, inputs: [.init(weight, MergeValues([:]))],
        base: nil, shared: MergeValues([:]), random: .keyed(seed: 0))
      if weight.dtype == .f64 {
        try run(MergeWork<Double>(task, .f64, take))
      } else {
        try run(MergeWork<Float>(task, weight.dtype, take))
      }
    }
  }

  private func run<Real: MergeReal>(_ work: MergeWork<Real>) throws(Rejection) {
    let (width, rank) = (shape[1], factors.rank)
    let (factors, magnitudes) = (factors, magnitudes)
    try work.write(work.rows) { block in
      let first = block.range.lowerBound / max(width, 1)
      let rows = Matrix(
        Array(factors.b.elements[(first * rank)..<(first * rank + block.count / width * rank)]),
        rowCount: block.count / width, columnCount: rank)
      var sums = rows.reproducibleProduct(factors.a).elements
      for index in sums.indices { sums[index] += Double(block.inputs[0][index]) }
      if let magnitudes { Self.stretch(&sums, width, magnitudes, from: first) }
      for index in sums.indices { block.output[index] = Real(sums[index]) }
    }
  }

  /// Gives every row its length; rows of zeros stay.
  private static func stretch(
    _ sums: inout [Double], _ width: Int, _ magnitudes: [Double], from first: Int
  ) {
    for (row, start) in stride(from: 0, to: sums.count, by: width).enumerated() {
      let line = start..<(start + width)
      let length = line.reduce(0.0) { $0 + sums[$1] * sums[$1] }.squareRoot()
      guard length > 0 else { continue }
      for index in line { sums[index] *= magnitudes[first + row] / length }
    }
  }
}
