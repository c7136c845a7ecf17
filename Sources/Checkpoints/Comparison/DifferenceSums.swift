internal import Glibc

/// Adds up how two runs of elements differ, in double and in the order of the elements.
struct DifferenceSums {
  private var maximum = 0.0
  private var product = 0.0
  private var leftEnergy = 0.0
  private var rightEnergy = 0.0
  private var noise = 0.0
  private var differing = 0
  private var mismatches = 0

  /// Adds as many elements as the shorter side has.
  mutating func add(_ left: [Double], _ right: [Double]) {
    for index in 0..<min(left.count, right.count) { add(left[index], right[index]) }
  }

  @inline(__always)
  private mutating func add(_ left: Double, _ right: Double) {
    guard left.isFinite, right.isFinite else {
      let isSame = left == right || (left.isNaN && right.isNaN)
      if !isSame { mismatches += 1 }
      return
    }
    let distance = left - right
    if distance != 0 { differing += 1 }
    maximum = max(maximum, distance.magnitude)
    product += left * right
    leftEnergy += left * left
    rightEnergy += right * right
    noise += distance * distance
  }

  /// Adds two integers that are different and the same in double.
  mutating func addHidden(distance: UInt64) {
    differing += 1
    noise += Double(distance) * Double(distance)
  }

  /// The result, with the largest distance in codes if that was counted.
  ///
  /// Where codes are values, that distance is the exact one: doubles round 64-bit integers.
  func difference(ulps: UInt64?, codesAreValues: Bool) -> NumericDifference {
    let exact = codesAreValues ? ulps.map { Double($0) } : nil
    return NumericDifference(
      maximumAbsolute: max(maximum, exact ?? 0),
      maximumULPs: ulps,
      cosine: cosine,
      signalToNoise: signalToNoise,
      differingCount: differing + mismatches,
      nonfiniteMismatchCount: mismatches)
  }

  private var cosine: Double? {
    // One root gives parallel vectors a cosine of exactly 1; two keep huge ones from overflowing.
    let squared = leftEnergy * rightEnergy
    let lengths =
      squared.isNormal ? squared.squareRoot() : leftEnergy.squareRoot() * rightEnergy.squareRoot()
    return lengths > 0 ? min(max(product / lengths, -1), 1) : nil
  }

  private var signalToNoise: Double? {
    if noise == 0 { return .infinity }
    return leftEnergy > 0 ? 10 * log10(leftEnergy / noise) : nil
  }
}
