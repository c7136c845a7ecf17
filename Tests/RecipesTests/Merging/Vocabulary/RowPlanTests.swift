import Testing

@testable import Recipes

/// Which row of which model stands for a token.
struct RowPlanTests {
  /// Rows by model and place; −1 for none.
  private func plan(
    _ rows: [[Int]], base: Int? = nil, rowCount: Int? = nil, ids: [Int]? = nil,
    chosen: [Int: (RowPlan.Origin, Bool)] = [:]
  ) -> RowPlan {
    let places = Array(rows[0].indices)
    return RowPlan(
      ids: ids ?? places, rowCount: rowCount ?? places.count, participants: Array(rows.indices),
      base: base, rows: { rows[$0][$1] < 0 ? nil : rows[$0][$1] },
      chosen: { place in chosen[place].map { (origin: $0.0, isForced: $0.1) } })
  }

  @Test func `a model's own row counts first`() {
    let plan = plan([[1, 0], [0, 1]])
    #expect(plan.origins[0] == [.row(model: 0, row: 1), .row(model: 0, row: 0)])
    #expect(plan.isIdentity(1, rowCount: 2) && !plan.isIdentity(0, rowCount: 2))
    #expect(!plan.isIdentity(1, rowCount: 3))
  }

  @Test func `the only model that has a token lends its row`() {
    #expect(plan([[-1], [3]], base: 0).origins[0] == [.row(model: 1, row: 3)])
  }

  @Test func `of several the base lends its row`() {
    #expect(plan([[-1], [3], [5]], base: 2).origins[0] == [.row(model: 2, row: 5)])
  }

  @Test func `several without the base give a mean`() {
    let plan = plan([[-1], [3], [5]], base: 0)
    #expect(plan.origins[0] == [.mean(0)] && plan.origins[1] == [.row(model: 1, row: 3)])
    #expect(plan.means.map { $0.map(\.row) } == [[3, 5]])
  }

  @Test func `a token that no model has gives zeros`() {
    let plan = plan([[-1], [-1]], base: 0)
    #expect(plan.origins[0] == [.zero] && plan.counts(of: 1).zeros == 1)
    #expect(plan.orphanCount == 1)
  }

  @Test func `a row of the recipe stands in for a missing one, and by force for any`() {
    let row = RowPlan.Origin.row(model: 1, row: 7)
    let lent = plan([[-1, 0], [3, 4]], chosen: [0: (row, false), 1: (.zero, true)])
    #expect(lent.origins[0] == [row, .zero])
    #expect(lent.origins[1] == [.row(model: 1, row: 3), .zero])
    #expect(lent.orphanCount == 0)
  }

  @Test func `ids without a token are padding, between others and behind them`() {
    let plan = plan([[0, 1]], rowCount: 5, ids: [0, 3])
    #expect(
      plan.origins[0] == [
        .row(model: 0, row: 0), .padding, .padding, .row(model: 0, row: 1), .padding,
      ])
    #expect(plan.counts(of: 0) == RowPlan.Counts(own: 2, padding: 3))
  }
}
