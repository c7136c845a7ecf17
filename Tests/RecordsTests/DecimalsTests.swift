@testable import Records
import Testing

struct DecimalsTests {
  @Test(arguments: [
    (1.0612, 1.06115), (1.0611, 1.06115), (1.06, 1.06107587), (1.07, 1.0651), (2, 2.0),
    (1.17475315, 1.1748), (0.0001, 0.00014), (1.0, 1.04),
  ])
  func `a number agrees with what it may have been rounded or cut from`(left: Double, right: Double)
  {
    #expect(Decimals.agree(left, right))
    #expect(Decimals.agree(right, left))
  }

  @Test(arguments: [
    (1.12, 1.13), (1.1748, 1.1747), (1.061, 1.0601), (1.3, 1.2251), (1.05, 1.0601), (1.1, 1.0),
  ])
  func `a number disagrees with any other`(left: Double, right: Double) {
    #expect(!Decimals.agree(left, right))
    #expect(!Decimals.agree(right, left))
  }

  @Test func `counts are grouped by thousands`() {
    #expect(
      [0, 999, 1000, 15_907_550, -1234].map(Decimals.grouped)
        == ["0", "999", "1,000", "15,907,550", "-1,234"])
  }

  @Test func `scores are shortened to six digits behind the point`() {
    #expect(
      [1.22436570, 1.5, 0, 2, -0.25].map(Decimals.short)
        == ["1.224366", "1.5", "0", "2", "-0.25"])
  }
}
