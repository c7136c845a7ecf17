import TensorOps
import TestSupport
import Testing

@testable import Merging

struct LinearAssignmentTests {
  /// All orders of the numbers below a count.
  static func orders(_ count: Int) -> [[Int]] {
    guard count > 0 else { return [[]] }
    return orders(count - 1).flatMap { order in
      (0..<count).map { place in Array(order[..<place]) + [count - 1] + Array(order[place...]) }
    }
  }

  private func sum(_ gains: Matrix, _ order: [Int]) -> Double {
    order.enumerated().reduce(0) { $0 + gains[$1.offset, $1.element] }
  }

  @Test(arguments: 0..<8)
  func `no order gives more`(count: Int) {
    var random = SplitMix(state: UInt64(count))
    for range in [2, 5, 1000] {
      // Small ranges have many assignments that are equally good.
      let gains = Matrix(
        (0..<(count * count)).map { _ in Double(Int.random(in: -range...range, using: &random)) },
        rowCount: count, columnCount: count)
      let found = LinearAssignment.best(gains)
      #expect(found.sorted() == Array(0..<count))
      let best = Self.orders(count).map { sum(gains, $0) }.max()
      #expect(sum(gains, found) == best, "\(gains.elements)")
    }
  }

  @Test func `units that are equally good stay where they are`() {
    #expect(LinearAssignment.best(Matrix(zerosOf: 40, 40)) == Array(0..<40))
  }

  @Test func `an order is found again among noise`() {
    var random = SplitMix()
    let order = (0..<150).shuffled(using: &random)
    var gains = Matrix(zerosOf: 150, 150)
    for row in 0..<150 {
      for column in 0..<150 { gains[row, column] = random.uniform() }
      gains[row, order[row]] += 1
    }
    #expect(LinearAssignment.best(gains) == order)
  }

  @Test func `potentials prove larger assignments`() {
    // The gains of a rank-one matrix are greatest where both factors are sorted alike.
    var random = SplitMix()
    let (left, right) = (
      (0..<90).map { _ in random.uniform() }, (0..<90).map { _ in random.uniform() }
    )
    let gains = Matrix(
      left.flatMap { one in right.map { one * $0 } }, rowCount: 90, columnCount: 90)
    let found = LinearAssignment.best(gains)
    let sorted = zip(left.sorted(), right.sorted()).reduce(0) { $0 + $1.0 * $1.1 }
    #expect(abs(sum(gains, found) - sorted) < 1e-12 * sorted)
    let ranks = found.enumerated().sorted { left[$0.offset] < left[$1.offset] }.map(\.element)
    #expect(ranks.map { right[$0] } == right.sorted())
  }
}
