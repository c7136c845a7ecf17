import Glibc
import TestSupport
import Testing

@testable import Merging

/// Against the C library's functions, which are within one unit in the last place.
struct ElementaryTests {
  private func distance(_ found: Double, _ wanted: Double) -> Double {
    if found == wanted || found.isNaN && wanted.isNaN { return 0 }
    return abs(found - wanted) / max(abs(wanted).ulp, .leastNormalMagnitude.ulp)
  }

  private func worst(
    _ range: ClosedRange<Double>, _ found: (Double) -> Double, _ wanted: (Double) -> Double
  ) -> Double {
    var random = SplitMix(state: 5)
    return (0..<20_000).map { _ in
      let x = Double.random(in: range, using: &random)
      return distance(found(x), wanted(x))
    }.max() ?? 0
  }

  @Test func `functions are near to the C library's`() {
    #expect(worst(-700...700, Elementary.exponential, Glibc.exp) <= 3)
    #expect(worst(1e-300...1e300, Elementary.logarithm, Glibc.log) <= 4)
    #expect(worst(0.5...2, { Elementary.logarithm($0) + 1 }, { Glibc.log($0) + 1 }) <= 4)
    #expect(worst(0...Double.pi, Elementary.sine, Glibc.sin) <= 4)
    #expect(worst(0...3, { Elementary.cosine($0) + 2 }, { Glibc.cos($0) + 2 }) <= 4)
    #expect(worst(-1...1, Elementary.arccosine, Glibc.acos) <= 4)
  }

  @Test func `ends are exact`() {
    #expect(Elementary.exponential(0) == 1 && Elementary.exponential(-1000) == 0)
    #expect(Elementary.exponential(1000) == .infinity && Elementary.exponential(.nan).isNaN)
    #expect(Elementary.logarithm(1) == 0 && Elementary.logarithm(0) == -.infinity)
    #expect(Elementary.logarithm(-1).isNaN && Elementary.logarithm(.infinity) == .infinity)
    #expect(Elementary.sine(0) == 0 && Elementary.arccosine(1) == 0)
    #expect(Elementary.arccosine(-1) == .pi)
  }
}
