internal import EntropyCoding

/// Functions of doubles by additions, multiplications, divisions and square roots alone: the C
/// library's differ between machines in the last bits.
enum Elementary {
  /// e to a power; 0 below −745, infinite above 710. The error is below 3 ulp for normal results.
  static func exponential(_ x: Double) -> Double {
    guard x > -746 else { return x.isNaN ? x : 0 }
    guard x < 710 else { return x.isNaN ? x : .infinity }
    // x = n ln 2 + r in two parts of ln 2, the first of so few bits that n times it is exact (Cody
    // and Waite 1980), and e^r by its series for |r| ≤ ½ ln 2.
    let n = (x * 1.4426950408889634).rounded(.toNearestOrEven)
    let r = (x - n * 0x1.62E42FEE00000p-1) - n * 0x1.A39EF35793C76p-33
    var sum = 1.0
    for term in stride(from: 18, through: 1, by: -1) { sum = 1 + r / Double(term) * sum }
    // In two factors, since one may lie outside of the exponents.
    let half = Int(n) / 2
    return sum * power(half) * power(Int(n) - half)
  }

  private static func power(_ exponent: Int) -> Double {
    Double(sign: .plus, exponent: exponent, significand: 1)
  }

  /// The natural logarithm; NaN for negative numbers.
  static func logarithm(_ x: Double) -> Double {
    guard x > 0 else { return x == 0 ? -.infinity : .nan }
    return x < .infinity ? BinaryLogarithm.of(x) * 0.6931471805599453 : x
  }

  /// The sine of an angle between 0 and π.
  static func sine(_ angle: Double) -> Double {
    // To the nearer of 0 and π, of which π is told in two parts.
    let x = angle > .pi / 2 ? (.pi - angle) + 1.2246467991473532e-16 : angle
    var sum = 1.0
    for term in stride(from: 24, through: 2, by: -2) {
      sum = 1 - x * x / Double(term * (term + 1)) * sum
    }
    return x * sum
  }

  /// The cosine of an angle between 0 and π.
  static func cosine(_ angle: Double) -> Double {
    // 1 − 2 sin²(x / 2) loses nothing near 0.
    let half = sine(angle / 2)
    return 1 - 2 * half * half
  }

  /// The angle between 0 and π that has a cosine.
  static func arccosine(_ cosine: Double) -> Double {
    2 * arctangent(((1 - cosine) / (1 + cosine)).squareRoot())
  }

  /// The angle of a tangent that is not negative.
  private static func arctangent(_ tangent: Double) -> Double {
    guard tangent <= 1 else { return .pi / 2 - arctangent(1 / tangent) }
    // Halved twice, then its series.
    var (x, factor) = (tangent, 1.0)
    while x > 0.2 {
      x /= 1 + (1 + x * x).squareRoot()
      factor *= 2
    }
    var sum = 0.0
    for odd in stride(from: 25, through: 1, by: -2) { sum = 1 / Double(odd) - x * x * sum }
    return factor * x * sum
  }
}

extension BinaryFloatingPoint {
  /// The whole part, as near as a whole number of 63 bits comes to it; 0 for what is no number.
  var wholePart: Int { isNaN ? 0 : Int(min(max(self, -0x1p62), 0x1p62)) }
}
