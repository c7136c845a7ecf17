internal import Diagnostics
internal import TensorCore

/// The other model's elements where they matter most: far from the base, in rows whose distribution
/// is another.
struct ArceeFusion: GenericMerge {
  let id = "arcee_fusion"
  let summary = "the other model's elements of outlying importance, the base's elsewhere"
  let parameters: [MergeParameter] = []
  let inputs = MergeInputs(.required, 2...2, absence: .onlyOnePasses)

  /// The mask is float32's, and so is what it is multiplied with.
  func resultType(_ dtype: DType, inputCount _: Int) -> DType { dtype == .f64 ? .f64 : .f32 }

  /// b + (x − b) where |x − b| times the row's divergence is at least the upper quartile and one
  /// and a half distances between quartiles.
  func merge<Real: MergeReal>(_ work: MergeWork<Real>) throws(Rejection) {
    let task = work.task
    guard let base = task.base, let other = task.others.first else {
      preconditionFailure("the method has a base and another")
    }
    let count = task.shape.elementCount
    let length = max(task.shape.dimensions.last ?? 1, 1)
    guard count > 0 else { return }
    let importance: RankSelection<Real>.Values = { block in
      let target = block.scratch[0]
      block.combine(.subtract, block.inputs[other], block.inputs[base], into: target)
      for row in stride(from: 0, to: block.count, by: length) {
        let divergence = RowDivergence.of(
          block.inputs[other] + row, from: block.inputs[base] + row, length, task.dtype)
        for index in row..<(row + length) { target[index] = target[index].magnitude * divergence }
      }
      block.round(target)
      return target
    }
    let rows = work.rows
    var negative = 0
    try work.reduce(
      rows, scratch: 1, prepare: { _ in 0 },
      { sum, block in
        let values = importance(block)
        sum += (0..<block.count).count { values[$0] < 0 }
      }, join: { negative += $0 })
    let ranks = [0.25, 0.5, 0.75].map { Int($0 * Double(count - 1)) }
    let below =
      ranks[0] < negative
      ? try Self.ranks(work, importance, near: ranks.map { negative - 1 - $0 }) { $0 < 0 } : nil
    let above =
      ranks[2] >= negative
      ? try Self.ranks(work, importance, near: ranks.map { $0 - negative }) { !($0 < 0) } : nil
    func quantile(_ rank: Int) throws(Rejection) -> Real {
      if rank < negative, let below {
        return -Real.ofMagnitude(try below.magnitude(at: negative - 1 - rank).value)
      }
      guard let above else { preconditionFailure("what is not below is above") }
      return Real.ofMagnitude(try above.magnitude(at: rank - negative).value)
    }
    let (low, middle, high) = (
      try quantile(ranks[0]), try quantile(ranks[1]), try quantile(ranks[2])
    )
    let distance = (high - low).rounded(to: task.dtype)
    let threshold = (middle + (1.5 * distance).rounded(to: task.dtype)).rounded(to: task.dtype)
    try work.write(rows, scratch: 1) { block in
      let weights = importance(block)
      for index in 0..<block.count {
        let b = block.inputs[base][index]
        let difference = (block.inputs[other][index] - b).rounded(to: task.dtype)
        block.output[index] = b + difference * (weights[index] >= threshold ? 1 : 0)
      }
    }
  }
}

extension ArceeFusion {
  /// The ranks of some of the numbers; the others come after them.
  private static func ranks<Real: MergeReal>(
    _ work: MergeWork<Real>, _ values: @escaping RankSelection<Real>.Values, near ranks: [Int],
    _ isWanted: @escaping @Sendable (Real) -> Bool
  ) throws(Rejection) -> RankSelection<Real> {
    try RankSelection(work, work.rows, scratch: 1, near: { _ in ranks }) { block in
      let numbers = values(block)
      for index in 0..<block.count where !isWanted(numbers[index]) { numbers[index] = .nan }
      return numbers
    }
  }
}

/// How far the distribution of one row is from another's.
enum RowDivergence {
  /// Σ p log(p / q) of the softmax of both rows, each with 1e-8 added.
  static func of<Real: MergeReal>(
    _ x: UnsafePointer<Real>, from base: UnsafePointer<Real>, _ length: Int, _ dtype: DType
  ) -> Real {
    let (p, q) = (softmax(x, length, dtype), softmax(base, length, dtype))
    var sum = 0.0
    for index in 0..<length {
      let ratio = (p[index] / q[index]).rounded(to: dtype)
      let logarithm = Real(Elementary.logarithm(Double(ratio))).rounded(to: dtype)
      sum += Double((p[index] * logarithm).rounded(to: dtype))
    }
    return Real(sum).rounded(to: dtype)
  }

  private static func softmax<Real: MergeReal>(
    _ row: UnsafePointer<Real>, _ length: Int, _ dtype: DType
  ) -> [Real] {
    var largest = -Double.infinity
    for index in 0..<length { largest = max(largest, Double(row[index])) }
    let powers = (0..<length).map { Elementary.exponential(Double(row[$0]) - largest) }
    let sum = powers.reduce(0, +)
    return powers.map { (Real($0 / sum).rounded(to: dtype) + 1e-8).rounded(to: dtype) }
  }
}
