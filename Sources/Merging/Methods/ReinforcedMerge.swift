internal import Diagnostics
internal import TensorCore

/// Differences from a base that few models have are kept whole, shared ones are averaged (RAM,
/// 2026).
struct ReinforcedMerge: GenericMerge {
  let id: String
  let summary: String
  let parameters: [MergeParameter]
  let inputs = MergeInputs(.required, 1...MergeInputs.most)
  /// Whether what only one model has grows with the part of it that others have, too.
  private let grows: Bool

  private static let epsilon = MergeParameter(
    "epsilon", .shared, or: .number(1e-5), "differences up to this one count as none")

  /// The mean of those that have one.
  static let plain = ReinforcedMerge(
    id: "ram", summary: "differences that one model has, means of those that several have",
    parameters: [epsilon], grows: false)
  /// The same, with what only one has made larger.
  static let growing = ReinforcedMerge(
    id: "ramplus_tl", summary: "the same, with differences of one model alone made larger",
    parameters: [
      epsilon, MergeParameter("r", .shared, or: .number(0.1), "how fast they grow"),
      MergeParameter("alpha", .shared, or: .number(0.2), "the most that the ratio counts for"),
    ], grows: true)

  private init(id: String, summary: String, parameters: [MergeParameter], grows: Bool) {
    (self.id, self.summary, self.parameters, self.grows) = (id, summary, parameters, grows)
  }

  /// Factors are float32's, and so is what they are multiplied with; a base alone stays as it is.
  func resultType(_ dtype: DType, inputCount: Int) -> DType {
    grows && inputCount > 1 && dtype != .f64 ? .f32 : dtype
  }

  func merge<Real: MergeReal>(_ work: MergeWork<Real>) throws(Rejection) {
    let task = work.task
    guard let base = task.base else { preconditionFailure("the method has a base") }
    let others = task.others
    let epsilon = Real(task.shared.number("epsilon")).rounded(to: task.dtype)
    let factors = grows ? try factors(work, base, epsilon) : nil
    let isNarrow = work.resultType == task.dtype
    try work.write(work.spans, scratch: others.count + 2) { block in
      let (counts, share) = (block.scratch[others.count], block.scratch[others.count + 1])
      Self.count(others, base, epsilon, block, into: counts)
      block.output.update(repeating: 0, count: block.count)
      for index in others.indices {
        let difference = block.scratch[index]
        let factor = factors?[index] ?? 1
        for element in 0..<block.count { share[element] = difference[element] / counts[element] }
        block.round(share)
        for element in 0..<block.count where difference[element].magnitude > epsilon {
          block.output[element] += counts[element] == 1 ? share[element] * factor : share[element]
          // What is infinite is none of the numbers that the other part of the formula masks.
          block.output[element] += difference[element] * 0
        }
      }
      if isNarrow { block.round(block.output) }
      Real.combine(.add, block.inputs[base], block.output, into: block.output, block.count)
      if isNarrow { block.round(block.output) }
    }
  }

  /// Fills scratch memory with the differences, and a place with the number of models that have
  /// one.
  private static func count<Real: MergeReal>(
    _ others: [Int], _ base: Int, _ epsilon: Real, _ block: MergeBlock<Real>,
    into counts: UnsafeMutablePointer<Real>
  ) {
    counts.update(repeating: 0, count: block.count)
    for (index, place) in others.enumerated() {
      let difference = block.scratch[index]
      block.combine(.subtract, block.inputs[place], block.inputs[base], into: difference)
      for element in 0..<block.count where difference[element].magnitude > epsilon {
        counts[element] += 1
      }
    }
  }

  /// What the differences that only one model has are multiplied by, for each model: 1 + r · ρ,
  /// with ρ the number of differences it shares over those it has alone, at most α.
  private func factors<Real: MergeReal>(
    _ work: MergeWork<Real>, _ base: Int, _ epsilon: Real
  ) throws(Rejection) -> [Real] {
    let others = work.task.others
    let none = [Int](repeating: 0, count: others.count)
    var (alone, shared) = (none, none)
    try work.reduce(
      work.spans, scratch: others.count + 1, prepare: { _ in (alone: none, shared: none) },
      { sums, block in
        let counts = block.scratch[others.count]
        Self.count(others, base, epsilon, block, into: counts)
        for index in others.indices {
          let difference = block.scratch[index]
          for element in 0..<block.count where difference[element].magnitude > epsilon {
            if counts[element] == 1 { sums.alone[index] += 1 } else { sums.shared[index] += 1 }
          }
        }
      },
      join: { sums in
        for index in others.indices {
          alone[index] += sums.alone[index]
          shared[index] += sums.shared[index]
        }
      })
    let values = work.task.shared
    let (rate, most) = (Float(values.number("r")), Float(values.number("alpha")))
    let least = Float(values.number("epsilon"))
    return others.indices.map { index in
      let ratio = Float(shared[index]) / max(Float(alone[index]), least)
      return Real(1 + rate * min(max(ratio, 0), most))
    }
  }
}
