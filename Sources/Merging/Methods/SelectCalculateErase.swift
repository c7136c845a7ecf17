internal import Diagnostics
internal import TensorCore

/// Differences from a base where models differ most, weighted by their energy, of the sign that the
/// sum has (SCE: Wan et al. 2024).
struct SelectCalculateErase: GenericMerge {
  let id = "sce"
  let summary = "differences that vary most, by their energy, of an elected sign (Wan et al. 2024)"
  let parameters = [
    MergeParameter("select_topk", .shared, or: .number(1), "the part of elements that is selected"),
    MergeParameter("int8_mask", .shared, or: .flag(false), "without effect"),
  ]
  let inputs = MergeInputs(.required, 1...MergeInputs.most)

  /// b + Σ cᵢ mᵢ dᵢ / max(Σ cᵢ mᵢ, 10⁻⁶), cᵢ the part of the squares that a model has.
  func merge<Real: MergeReal>(_ work: MergeWork<Real>) throws(Rejection) {
    let task = work.task
    guard let base = task.base else { preconditionFailure("the method has a base") }
    let others = task.others
    let selection = try selection(work, base)
    let masked = MaskedDifferences<Real>(others: others, base: base, selection: selection)
    var squares = [Double](repeating: 0, count: others.count)
    try work.reduce(
      work.spans, scratch: others.count + 1,
      prepare: { span in
        (sums: [Double](repeating: 0, count: others.count), range: masked.range(of: span))
      },
      { part, block in
        masked.fill(block, &part.range)
        for index in others.indices {
          part.sums[index] += Real.energy(
            block.inputs[others[index]], from: block.inputs[base], where: block.scratch[index],
            block.count)
        }
      },
      join: { part in for index in squares.indices { squares[index] += part.sums[index] } })
    let count = Double(max(task.shape.elementCount, 1))
    let total = squares.reduce(0) { $0 + $1 / count }
    let weights = squares.map {
      total < 1e-6 ? 1 / Double(others.count) : $0 / count / total
    }
    try work.write(
      work.spans, scratch: others.count + 1, prepare: { masked.range(of: $0) },
      { block, range in
        masked.fill(block, &range)
        Real.elect(
          others.map { block.inputs[$0] }, masked: Array(block.scratch.prefix(others.count)),
          weights: weights, from: block.inputs[base], into: block.output, block.count)
      })
  }

  /// The magnitudes of variance that are selected, for each part; nil for all.
  private func selection<Real: MergeReal>(
    _ work: MergeWork<Real>, _ base: Int
  ) throws(Rejection) -> MaskedDifferences<Real>.Selection {
    let part = Float(work.task.shared.number("select_topk"))
    guard part < 1 else { return .all }
    let (others, total) = (work.task.others, work.task.shape.elementCount)
    func selected(besides zeroCount: Int) -> Int { (Float(total - zeroCount) * part).wholePart }
    let ranks = try RankSelection(
      work, work.spans, scratch: others.count + 1,
      near: { zeroCount in [total - selected(besides: zeroCount)] }
    ) { block in
      MaskedDifferences<Real>(others: others, base: base, selection: .all).variances(block)
    }
    let count = selected(besides: ranks.zeroCount)
    guard part > 0, count > 0 else { return .none }
    return .ranges(try ranks.keeping((total - count)..<total))
  }
}

/// The differences from a base, zero where they are not selected.
struct MaskedDifferences<Real: MergeReal>: Sendable {
  enum Selection: Sendable {
    case all
    case none
    /// The magnitudes of the variance that are selected, for each part.
    case ranges([MagnitudeRange])
  }

  let others: [Int]
  let base: Int
  let selection: Selection

  /// The magnitudes that a part selects.
  func range(of span: Int) -> MagnitudeRange {
    guard case .ranges(let ranges) = selection else { return .nothing }
    return ranges[span]
  }

  /// Fills scratch memory with the differences, and the place behind them with the variance over
  /// models.
  func variances(_ block: MergeBlock<Real>) -> UnsafeMutablePointer<Real> {
    let target = block.scratch[others.count]
    for (index, place) in others.enumerated() {
      block.combine(
        .subtract, block.inputs[place], block.inputs[base], into: block.scratch[index])
    }
    Real.variance(of: Array(block.scratch.prefix(others.count)), into: target, block.count)
    block.round(target)
    return target
  }

  /// Fills scratch memory with what is selected.
  func fill(_ block: MergeBlock<Real>, _ range: inout MagnitudeRange) {
    let variances = variances(block)
    switch selection {
    case .all: return
    case .none:
      for index in others.indices {
        block.scratch[index].update(repeating: 0, count: block.count)
      }
    case .ranges:
      Real.keep(&range, of: variances, into: block.output, block.count)
      for index in others.indices {
        let difference = block.scratch[index]
        for element in 0..<block.count {
          difference[element] *= block.output[element] == 0 ? 0 : 1
        }
      }
    }
  }
}
