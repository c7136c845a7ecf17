/// Adam (Kingma and Ba 2015) without weight decay, in double precision: the same on every machine.
public struct Adam: Sendable {
  private let firstDecay: Double
  private let secondDecay: Double
  private var first: [Double]
  private var second: [Double]
  private var firstPower = 1.0
  private var secondPower = 1.0

  /// Moments of `count` numbers, all zero; `decays` are β₁ and β₂.
  public init(count: Int, decays: (first: Double, second: Double) = (0.9, 0.99)) {
    firstDecay = decays.first
    secondDecay = decays.second
    first = [Double](repeating: 0, count: count)
    second = [Double](repeating: 0, count: count)
  }

  /// Moves `values` against their gradient; no number moves much farther than `rate`.
  public mutating func step(_ values: inout [Double], gradient: [Double], rate: Double) {
    precondition(
      values.count == first.count && gradient.count == first.count, "one moment for each number")
    firstPower *= firstDecay
    secondPower *= secondDecay
    for index in values.indices {
      first[index] = firstDecay * first[index] + (1 - firstDecay) * gradient[index]
      second[index] =
        secondDecay * second[index] + (1 - secondDecay) * gradient[index] * gradient[index]
      let mean = first[index] / (1 - firstPower)
      let deviation = (second[index] / (1 - secondPower)).squareRoot()
      values[index] -= rate * mean / (deviation + 1e-12)
    }
  }
}
