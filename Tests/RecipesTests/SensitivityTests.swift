@testable import Recipes
import Testing

struct SensitivityTests {
  @Test func `matrices of equal cost per weight have equal steps`() {
    let factors = Sensitivities.factors([1, 2, 3], [100, 200, 300])
    #expect(factors == [1, 1, 1])
  }

  @Test func `four times the cost per weight halves the step`() {
    let factors = Sensitivities.factors([4, 1], [100, 100])
    #expect(abs(factors[0] / factors[1] - 0.5) < 1e-5)
    #expect(abs(factors[0] * factors[1] - 1) < 1e-5)
  }

  @Test func `what costs nothing and what costs far too much stays within bounds`() {
    let factors = Sensitivities.factors([0, 1e9, 1e-9], [10, 10, 10])
    #expect(factors[0] == 1 && factors.allSatisfy { (0.25...4).contains($0) })
  }
}
