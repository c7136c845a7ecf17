/// SplitMix64 (Steele, Lea and Flood 2014): the same values on every run.
public struct SplitMix: RandomNumberGenerator {
  private var state: UInt64

  /// A generator that starts from a number.
  public init(state: UInt64 = 20_240_601) { self.state = state }

  /// The next 64 bits.
  public mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
    return mixed ^ mixed >> 31
  }

  /// A value in 0 ..< 1.
  public mutating func uniform() -> Double { Double(next() >> 11) / Double(1 << 53) }

  /// A value of a normal distribution: twelve uniform ones, which is near enough.
  public mutating func normal() -> Double { (0..<12).reduce(-6) { sum, _ in sum + uniform() } }
}
