import Autograd
import Testing

struct AdamTests {
  @Test func `a gradient that stays moves each number by the rate, however large it is`() {
    var adam = Adam(count: 3)
    var values = [1.0, 2, 3]
    for _ in 0..<10 { adam.step(&values, gradient: [1e-3, -50, 0], rate: 0.01) }
    let expected = [0.9, 2.1, 3]
    for (value, expected) in zip(values, expected) { #expect(abs(value - expected) < 1e-6) }
  }

  @Test func `the second step follows the paper's formulas`() {
    var adam = Adam(count: 1, decays: (0.9, 0.999))
    var values = [0.0]
    adam.step(&values, gradient: [2], rate: 0.1)
    adam.step(&values, gradient: [-1], rate: 0.1)
    // m = 0.9 · 0.2 − 0.1, v = 0.999 · 0.004 + 0.001, each over 1 − β².
    let mean = (0.18 - 0.1) / (1 - 0.81)
    let square = (0.999 * 0.004 + 0.001) / (1 - 0.998001)
    #expect(abs(values[0] - (-0.1 - 0.1 * mean / square.squareRoot())) < 1e-9)
  }
}
