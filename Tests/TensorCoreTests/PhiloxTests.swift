import Testing

@testable import TensorCore

@Suite struct PhiloxTests {
  @Test func `many numbers at once are those that come one by one`() {
    for counts in [[1, 2, 3, 4, 5], [4, 8], [7, 1, 1]] {
      var (single, many) = (Philox(seed: 3, stream: 9), Philox(seed: 3, stream: 9))
      for count in counts { #expect(many.next(count) == (0..<count).map { _ in single.next() }) }
    }
  }

  @Test func `bounded numbers stay below their bound and reach all of it`() {
    var random = Philox(seed: 7)
    let drawn = Set((0..<400).map { _ in random.next(below: 10) })
    #expect(drawn == Set(0..<10))
  }

  @Test func `streams of one seed differ, and a stream repeats`() {
    var (a, b, c) = (Philox(seed: 1), Philox(seed: 1, stream: 1), Philox(seed: 1))
    let first = (0..<8).map { _ in a.next() }
    #expect(first != (0..<8).map { _ in b.next() })
    #expect(first == (0..<8).map { _ in c.next() })
  }
}
