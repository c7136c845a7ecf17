@testable import Recipes
import Diagnostics
import Testing

struct StepSearchTests {
  /// Bytes that fall evenly with each octave, and noise.
  private func bytes(_ octaves: Double, noise: Double) -> Double {
    100_000 * (3.5 - octaves) + 20_000 + noise
      * ((octaves * 1e6).truncatingRemainder(dividingBy: 7))
  }

  @Test(arguments: 0..<20)
  func `a limit is met from below and never exceeded`(index: Int) throws {
    let limit = Double(60_000 + 30_000 * index)
    var search = StepSearch(limit: limit, slack: 1024, perOctave: -90_000)
    let found = try search.run { bytes($0, noise: 30) }
    let point = try #require(found)
    #expect(point.value <= limit && point.value >= limit - 1024)
    #expect(search.points.count <= 8)
  }

  @Test func `nothing that fits is nothing that is found`() throws {
    var search = StepSearch(limit: 10, slack: 5, perOctave: -1000)
    #expect(try search.run { _ in 1000 } == nil)
  }

  @Test func `jumps leave the best that fits`() throws {
    var search = StepSearch(limit: 10_000, slack: 100, perOctave: -1000)
    let found = try search.run { $0 < -0.3 ? 12_000 : 9_000 }
    #expect(found?.value == 9_000)
    #expect(search.points.count <= 16)
  }

  @Test func `steps are powers of two`() {
    #expect(StepSearch.factor(0) == 1)
    #expect(StepSearch.factor(-3) == 0.125)
    #expect(abs(StepSearch.factor(0.5) - 2.squareRoot()) < 1e-6)
  }

  @Test func `a floor that hardly falls is found with few strides`() throws {
    var search = StepSearch(limit: 5_100, slack: 100, perOctave: -1_000)
    let found = try search.run { 5_000 + 100_000 * StepSearch.factor(-2 * $0) }
    let point = try #require(found)
    #expect(point.value <= 5_100)
  }

  @Test func `nothing finer is tried once a finer step changes nothing`() throws {
    var search = StepSearch(limit: 10_000, slack: 100, perOctave: -1_000)
    // The finest step is four octaves below the first.
    let found = try search.run { 5_000 - 100 * max($0, -4) }
    #expect(found?.value == 5_400)
    #expect(search.points.map(\.octaves) == [0, -3, -6, -9])
  }

  @Test func `coarser steps are tried though costs too small to tell stay the same`() throws {
    var search = StepSearch(limit: 0, slack: 0.03, perOctave: 2)
    let found = try search.run { max(2 * $0 - 20, -10) }
    let point = try #require(found)
    #expect(point.value <= 0 && point.value >= -0.03)
  }

  @Test func `no step is tried twice`() throws {
    var search = StepSearch(limit: 10, slack: 0.01, perOctave: 2)
    // Noise beyond the limit on both sides.
    _ = try search.run { $0 > 1 ? 12 : $0 < 0.9 ? 9 : 11 }
    let octaves = search.points.map(\.octaves)
    #expect(Set(octaves).count == octaves.count)
  }
}
