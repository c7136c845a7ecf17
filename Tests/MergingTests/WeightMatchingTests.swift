import TensorCore
import TensorOps
import TestSupport
import Testing

@testable import Merging

struct WeightMatchingTests {
  /// A matrix of noise, by row and column.
  private func noise(_ count: Int, _ random: inout SplitMix) -> [Float] {
    (0..<count).map { _ in Float(random.normal()) }
  }

  /// All orders of units of two subunits each.
  private static func ordersOfPairs(_ count: Int) -> [UnitOrder] {
    LinearAssignmentTests.orders(count).flatMap { units in
      (0..<(1 << count)).map { turns in
        let subunits = units.flatMap { unit -> [Int] in
          let first = 2 * unit + (turns >> unit & 1)
          return [first, first ^ 1]
        }
        return UnitOrder(units: units, subunits: subunits)
      }
    }
  }

  /// The sum of products of matrices with two columns whose rows are in an order.
  private func agreement(_ matrices: [AlignmentMatrix], _ order: UnitOrder) -> Double {
    var sum = 0.0
    for matrix in matrices {
      for (place, row) in (matrix.rows?.indices(in: order) ?? []).enumerated() {
        for column in 0..<2 {
          let (one, other) = (
            matrix.model[row * 2 + column], matrix.reference[place * 2 + column]
          )
          sum += Double(one) * Double(other)
        }
      }
    }
    return sum
  }

  @Test(arguments: 0..<6 as Range<UInt64>)
  func `units and their subunits get the best order of both`(seed: UInt64) {
    var random = SplitMix(state: seed)
    let group = AlignmentGroup(unitCount: 3, subunitCount: 2)
    let levels: [(AlignmentAxis.Level, Int, Int)] = [(.units, 2, 3), (.subunits, 1, 6)]
    let matrices = levels.map { level, width, count in
      AlignmentMatrix(
        rowCount: count * width, columnCount: 2,
        rows: AlignmentAxis(group: 0, level: level, width: width), columns: nil,
        model: noise(count * width * 2, &random), reference: noise(count * width * 2, &random))
    }
    let found = WeightMatching([group], matrices).run(seed: 0).orders[0]
    let all = Self.ordersOfPairs(3)
    #expect(all.contains(found))
    let best = all.map { agreement(matrices, $0) }.max() ?? 0
    #expect(abs(agreement(matrices, found) - best) < 1e-12)
  }

  @Test func `two layers that were permuted are found, for any seed and number of threads`() {
    var random = SplitMix()
    // Large enough for several threads, and wider than what is multiplied at once.
    let (width, hidden, tokens) = (130, 70, 5000)
    let (channels, units) = (
      (0..<width).shuffled(using: &random), (0..<hidden).shuffled(using: &random)
    )
    let (embedding, producer) = (noise(tokens * width, &random), noise(hidden * width, &random))
    let channelAxis = AlignmentAxis(group: 0, level: .units, width: 1)
    let matrices = [
      AlignmentMatrix(
        rowCount: tokens, columnCount: width, rows: nil, columns: channelAxis,
        model: (0..<tokens).flatMap { row in channels.map { embedding[row * width + $0] } },
        reference: embedding),
      AlignmentMatrix(
        rowCount: hidden, columnCount: width,
        rows: AlignmentAxis(group: 1, level: .units, width: 1), columns: channelAxis,
        model: units.flatMap { row in channels.map { producer[row * width + $0] } },
        reference: producer),
    ]
    let groups = [width, hidden].map { AlignmentGroup(unitCount: $0) }
    let before = MachineBudget.threadCount
    defer { MachineBudget.limit(threadCount: before, memoryByteCount: nil) }
    for (threads, seed) in [(1, 0), (2, 0), (2, 7)] as [(Int, UInt64)] {
      MachineBudget.limit(threadCount: threads, memoryByteCount: nil)
      let orders = WeightMatching(groups, matrices).run(seed: seed).orders
      #expect(orders[0].units.map { channels[$0] } == Array(0..<width))
      #expect(orders[1].units.map { units[$0] } == Array(0..<hidden))
    }
  }

  @Test func `units that have nothing in common stay if no order is better`() {
    let axis = AlignmentAxis(group: 0, level: .units, width: 1)
    let matrix = AlignmentMatrix(
      rowCount: 3, columnCount: 1, rows: axis, columns: nil, model: [0, 0, 0],
      reference: [3, 1, 2])
    let outcome = WeightMatching([AlignmentGroup(unitCount: 3)], [matrix]).run(seed: 1)
    #expect(outcome.orders == [UnitOrder(identityOf: 3)])
    #expect(outcome.orders[0].movedCount == 0 && outcome.sweepCount == 1)
  }
}
