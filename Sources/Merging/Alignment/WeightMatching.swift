internal import TensorCore
internal import TensorOps

/// Orders of a model's units under which its weights lie next to those of another model.
///
/// Ainsworth et al. 2023 (Git Re-Basin), section 3.2: one group after the other gets the order that
/// is best while all others stay, until none gains. Groups with subunits get the best order of
/// both: units are assigned by what the best order of their subunits gives. The result is a local
/// optimum, and for units that were only permuted the original order: see `matchedInTurn`.
public struct WeightMatching: Sendable {
  private let groups: [AlignmentGroup]
  private let matrices: [AlignmentMatrix]
  /// The matrices that have an axis of each group.
  private let places: [[Int]]

  /// The orders that were found.
  public struct Outcome: Sendable {
    /// One for each group.
    public let orders: [UnitOrder]
    /// How often all groups were gone through.
    public let sweepCount: Int
  }

  /// A problem; groups come in the order in which `matchedInTurn` takes them.
  public init(_ groups: [AlignmentGroup], _ matrices: [AlignmentMatrix]) {
    (self.groups, self.matrices) = (groups, matrices)
    var places = [[Int]](repeating: [], count: groups.count)
    for (place, matrix) in matrices.enumerated() {
      for axis in [matrix.rows, matrix.columns].compactMap(\.self) {
        places[axis.group].append(place)
      }
    }
    self.places = places
  }

  /// As often as Git Re-Basin goes through all groups.
  private static let mostSweeps = 100
  /// The relative gain below which there is none, as in Git Re-Basin: sums of doubles differ by
  /// less when their order changes.
  private static let leastGain = 1e-12

  /// The orders. From where the units are, and from where `matchedInTurn` puts them, groups are
  /// gone through in orders that the seed decides; the better result counts, so that no model comes
  /// to lie further away than it did.
  public func run(seed: UInt64) -> Outcome {
    let (identity, start) = (groups.map(\.identity), matchedInTurn())
    let kept = descended(from: identity, seed: seed)
    guard start != identity else { return kept }
    let matched = descended(from: start, seed: seed)
    return agreement(matched.orders) > agreement(kept.orders) ? matched : kept
  }

  private func descended(from start: [UnitOrder], seed: UInt64) -> Outcome {
    var orders = start
    var random = Philox(seed: seed)
    for sweep in 1...Self.mostSweeps {
      var hasGained = false
      for group in shuffled(&random) {
        let gains = gains(of: group, orders.map(Optional.init))
        let found = gains.bestOrder()
        let (old, new) = (gains.sum(over: orders[group]), gains.sum(over: found))
        guard new - old > Self.leastGain * max(abs(old), abs(new)) else { continue }
        orders[group] = found
        hasGained = true
      }
      if !hasGained { return Outcome(orders: orders, sweepCount: sweep) }
    }
    return Outcome(orders: orders, sweepCount: Self.mostSweeps)
  }

  private func shuffled(_ random: inout Philox) -> [Int] {
    var numbers = Array(groups.indices)
    for last in numbers.indices.dropFirst().reversed() {
      numbers.swapAt(last, random.next(below: last + 1))
    }
    return numbers
  }

  /// The groups in turn, each by the matrices on which no other order acts that is not known yet.
  ///
  /// If the model is the other one with its units permuted, every unit then finds its like, whose
  /// product is the largest: sweeps from a wrong start may end before that.
  private func matchedInTurn() -> [UnitOrder] {
    var orders: [UnitOrder?] = groups.map { _ in nil }
    for group in groups.indices { orders[group] = gains(of: group, orders).bestOrder() }
    return orders.compactMap(\.self)
  }

  /// What a group's units of the reference have in common with those of the model, in the matrices
  /// whose other axis has a known order.
  private func gains(of group: Int, _ orders: [UnitOrder?]) -> UnitGains {
    var gains = UnitGains(groups[group])
    for place in places[group] {
      let matrix = matrices[place]
      let isRows = matrix.rows?.group == group
      guard let axis = isRows ? matrix.rows : matrix.columns,
        let others = indices(
          isRows ? matrix.columns : matrix.rows, orders,
          count: isRows ? matrix.columnCount : matrix.rowCount)
      else { continue }
      gains.add(UnitSimilarities(matrix, ofRows: isRows, others: others), axis.level)
    }
    return gains
  }

  /// The order of an axis; nil where it is not known.
  private func indices(_ axis: AlignmentAxis?, _ orders: [UnitOrder?], count: Int) -> [Int]? {
    guard let axis else { return Array(0..<count) }
    return orders[axis.group].map(axis.indices)
  }

  /// The sum of the products of all matrices' elements.
  private func agreement(_ orders: [UnitOrder]) -> Double {
    ParallelFor.map(matrices.count) { [self] place in
      let matrix = matrices[place]
      let rows = matrix.rows.map { $0.indices(in: orders[$0.group]) }
      let columns = matrix.columns.map { $0.indices(in: orders[$0.group]) }
      var sum = 0.0
      for row in 0..<matrix.rowCount {
        let source = (rows?[row] ?? row) * matrix.columnCount
        let target = row * matrix.columnCount
        for column in 0..<matrix.columnCount {
          let element = matrix.model[source + (columns?[column] ?? column)]
          sum += Double(element) * Double(matrix.reference[target + column])
        }
      }
      return sum
    }.reduce(0, +)
  }
}
