import Pages
import Testing

struct AxisTests {
  @Test func `ends of an exact axis lie at its ends`() {
    let axis = Axis(exactly: 2...4, from: 100, to: 300)
    #expect([2, 3, 4].map(axis.position) == [100, 200, 300])
    #expect(axis.ticks(about: 4) == [2, 2.5, 3, 3.5, 4])
  }

  @Test func `powers of ten are as far apart as each other`() throws {
    let axis = try #require(Axis(powersAround: [0.002, 0.5], from: 0, to: 300))
    #expect(axis.ticks(about: 9) == [0.001, 0.01, 0.1, 1])
    #expect(axis.ticks(about: 9).map { axis.position($0).rounded() } == [0, 100, 200, 300])
    #expect(Axis(powersAround: [0, 1], from: 0, to: 1) == nil)
  }

  @Test func `one value has an axis too`() {
    let axis = Axis(over: [7], from: 0, to: 100)
    #expect(axis.position(7) == 50 && !axis.ticks(about: 5).isEmpty)
  }
}
