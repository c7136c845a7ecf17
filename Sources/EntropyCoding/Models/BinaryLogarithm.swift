/// Logarithms to base 2 by additions, multiplications and divisions alone: what an encoder chooses
/// by its estimates is the same on every machine.
public enum BinaryLogarithm {
  private static let frequencies: [Double] = (0...(1 << 15)).map { of(Double(max($0, 1))) }

  /// The logarithm of a frequency, at most 2^15; 0 for 0.
  static func of(_ frequency: UInt32) -> Double { frequencies[Int(frequency)] }

  /// The logarithm of a positive normal number; the error is below 10⁻¹⁵.
  public static func of(_ value: Double) -> Double {
    // log2 m = 2 / ln 2 · artanh((m − 1) / (m + 1)) for a significand brought to [√½, √2).
    var significand = value.significand
    var exponent = Double(value.exponent)
    if significand > 1.4142135623730951 {
      significand /= 2
      exponent += 1
    }
    let y = (significand - 1) / (significand + 1)
    let square = y * y
    var sum = 0.0
    for odd in stride(from: 21, through: 1, by: -2) { sum = sum * square + 1 / Double(odd) }
    return exponent + 2.8853900817779268 * y * sum
  }
}
