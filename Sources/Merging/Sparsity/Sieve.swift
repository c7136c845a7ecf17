internal import Diagnostics
internal import TensorCore

/// What thins out the difference of one input.
struct Sieve<Real: MergeReal>: Sendable {
  enum Choice: Sendable {
    case all
    case none
    /// Those in a range of magnitudes for each part.
    case magnitudes([MagnitudeRange])
    /// Each by chance.
    case drawn(Float)
    /// Each by chance, by its rank in its row.
    case graded(RankedRows)
  }

  let choice: Choice
  /// The type that is computed in.
  let type: DType
  /// What the elements are multiplied by so that the sum of their absolute values stays.
  var ratio: Real?

  /// Thins out the differences of a block. `part` has what is left for its part, and the numbers
  /// that decide, for the difference of an index.
  func apply(
    to difference: UnsafeMutablePointer<Real>, in block: MergeBlock<Real>, _ part: inout SievePart,
    _ index: Int
  ) {
    switch choice {
    case .all: return
    case .none: difference.update(repeating: 0, count: block.count)
    case .magnitudes:
      Real.keep(&part.ranges[index], of: difference, into: difference, block.count)
    case .drawn(let probability):
      Real.round(difference, block.count, to: type)
      part.draws[index].with(block.range, of: part.start) {
        Real.keepDrawn(difference, $0, probability, block.count)
      }
    case .graded(let rows):
      Real.round(difference, block.count, to: type)
      part.draws[index].with(block.range, of: part.start) {
        Real.keepGraded(difference, $0, rows, block.count)
      }
    }
    guard let ratio else { return }
    Real.scale(difference, by: ratio, into: difference, block.count)
    Real.round(difference, block.count, to: type)
    block.round(difference)
  }
}

/// What sieves need for one part of a tensor.
struct SievePart: Sendable {
  /// The first element.
  let start: Int
  /// The magnitudes that each difference keeps.
  var ranges: [MagnitudeRange]
  /// The numbers that decide, for each difference.
  let draws: [PartDraws]
}

/// The sieves of all inputs but the base, in their order.
struct Sieves<Real: MergeReal> {
  /// One for each.
  private(set) var all: [Sieve<Real>] = []
  /// How the elements are divided, so that rows stay whole where they matter.
  let spans: MergeSpans
  /// Where the numbers begin that decide; nil for an input that nothing is drawn for.
  private var draws: [MergeDraws?] = []

  /// Parts under way for each thread: numbers that were drawn take room.
  var perThread: Int {
    let takesRoom = draws.contains { if case .sequence = $0 { true } else { false } }
    return takesRoom ? 1 : 4
  }

  /// Finds what thins out each difference. Throws M08 for densities that make no probability, and
  /// F04.
  init(
    _ work: MergeWork<Real>, _ sparsifier: Sparsifier, rescales: Bool
  ) throws(Rejection) {
    let task = work.task
    spans =
      sparsifier == .graded && task.shape.elementCount > 0
      ? work.rows(of: RankedRows(task.shape, density: 1, epsilon: 0, type: .f32).unit) : work.spans
    var random = task.random
    for (index, place) in task.others.enumerated() {
      let values = task.inputs[place].values
      let (name, count) = (task.name, task.shape.elementCount)
      let needed = sparsifier.drawCount(values, count: count)
      draws.append(needed > 0 ? random.draws(for: name, input: index) : nil)
      random.skip(needed)
      guard let base = task.base else { preconditionFailure("the method has a base") }
      let own = work.restricted(to: [place, base])
      all.append(
        Sieve(choice: try sparsifier.choice(values, own), type: sparsifier.type(for: task.dtype)))
      if rescales { all[index].ratio = try ratio(of: index, own) }
    }
  }

  /// What the sieves need for a part; parts are asked for in order.
  mutating func part(_ span: Int) -> SievePart {
    SievePart(
      start: spans[span].lowerBound,
      ranges: all.map { sieve in
        guard case .magnitudes(let ranges) = sieve.choice else { return .nothing }
        return ranges[span]
      },
      draws: draws.indices.map { draws[$0]?.next(spans[span].count) ?? .nothing })
  }

  /// The sum of absolute values before over that after; nil where one of them vanishes.
  private func ratio(of index: Int, _ work: MergeWork<Real>) throws(Rejection) -> Real? {
    let sieve = all[index]
    if case .all = sieve.choice { return nil }
    var copy = self
    (copy.all, copy.draws) = ([sieve], [draws[index]])
    var (before, after) = (0.0, 0.0)
    try work.reduce(
      spans, perThread: perThread, scratch: 1,
      prepare: { (part: copy.part($0), before: 0.0, after: 0.0) },
      { sums, block in
        let difference = block.scratch[0]
        block.combine(.subtract, block.inputs[0], block.inputs[1], into: difference)
        sums.before += Real.sumOfMagnitudes(difference, block.count)
        sieve.apply(to: difference, in: block, &sums.part, 0)
        sums.after += Real.sumOfMagnitudes(difference, block.count)
      },
      join: {
        before += $0.before
        after += $0.after
      })
    var (all, kept) = (Real(before), Real(after))
    Real.round(&all, 1, to: sieve.type)
    Real.round(&kept, 1, to: sieve.type)
    // What is no number is no reason to leave it.
    guard !(all < 1e-7 || kept < 1e-7) else { return nil }
    var ratio = all / kept
    Real.round(&ratio, 1, to: sieve.type)
    return ratio
  }
}

extension MagnitudeRange {
  /// Of a difference that no magnitudes are chosen of.
  static let nothing = MagnitudeRange(low: 0, high: 0, lowLeft: 0, highLeft: 0)
}

extension Sparsifier {
  /// What stays of the difference between the first input and the base.
  fileprivate func choice<Real>(
    _ values: MergeValues, _ work: MergeWork<Real>
  ) throws(Rejection) -> Sieve<Real>.Choice {
    let density = values.number("density")
    let (shape, type) = (work.task.shape, type(for: work.task.dtype))
    guard self != .none, density < 1 else { return .all }
    let count = shape.elementCount
    switch self {
    case .none: return .all
    case .magnitude:
      guard density > 0, count > 0 else { return .none }
      let kept = max(1, (density * Double(count)).wholePart)
      return try keeping((count - kept)..<count, work)
    case .outliers:
      let kept = (density * Double(count)).wholePart
      guard kept > 0 else { return .none }
      let largest = (values.number("gamma") * Double(count)).wholePart
      let first = max(0, count - kept - largest)
      // A negative gamma asks for elements that there are not.
      guard first < min(first + kept, count) else { return .none }
      return try keeping(first..<min(first + kept, count), work)
    case .random:
      var probability = Float(density)
      Float.round(&probability, 1, to: type)
      return .drawn(probability)
    case .graded:
      guard density > 0 else { return .none }
      let epsilon = values.number("epsilon")
      guard density - epsilon > 0, density + epsilon < 1 else {
        throw Rejection(
          MergingRules.probability,
          "density \(density) and epsilon \(epsilon) make no probabilities between 0 and 1")
      }
      return .graded(RankedRows(shape, density: density, epsilon: epsilon, type: type))
    }
  }

  /// What keeps some ranks of the difference between the first input and the base.
  private func keeping<Real>(
    _ kept: Range<Int>, _ work: MergeWork<Real>
  ) throws(Rejection) -> Sieve<Real>.Choice {
    let ends = [kept.lowerBound, kept.upperBound - 1]
    let isOpen = kept.upperBound == work.spans.count
    let selection = try RankSelection(
      work, work.spans, scratch: 1, near: { _ in isOpen ? [ends[0]] : ends }
    ) { block in
      block.combine(.subtract, block.inputs[0], block.inputs[1], into: block.scratch[0])
      return block.scratch[0]
    }
    return .magnitudes(try selection.keeping(kept))
  }
}
