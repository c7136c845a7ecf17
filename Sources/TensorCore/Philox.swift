/// Random numbers that are a function of a key and a counter: Philox 4×32-10 (Salmon et al. 2011).
///
/// The same seed and stream give the same numbers on any machine, whatever was drawn elsewhere.
public struct Philox: Sendable {
  private let key: (UInt32, UInt32)
  private let stream: UInt64
  private var block: UInt64 = 0
  private var buffer: [UInt32] = []

  /// The stream of a seed.
  public init(seed: UInt64, stream: UInt64 = 0) {
    key = (UInt32(truncatingIfNeeded: seed), UInt32(truncatingIfNeeded: seed >> 32))
    self.stream = stream
  }

  /// The next 32 bits.
  public mutating func next() -> UInt32 {
    if buffer.isEmpty {
      buffer = Self.block(
        counter: [
          UInt32(truncatingIfNeeded: block), UInt32(truncatingIfNeeded: block >> 32),
          UInt32(truncatingIfNeeded: stream), UInt32(truncatingIfNeeded: stream >> 32),
        ], key: key
      ).reversed()
      block += 1
    }
    return buffer.removeLast()
  }

  /// A whole number below `bound`, which is at most 2³²; each about equally likely.
  public mutating func next(below bound: Int) -> Int {
    precondition(bound > 0 && bound <= 1 << 32, "there is no number below \(bound)")
    return Int((UInt64(next()) * UInt64(bound)) >> 32)
  }

  /// Ten rounds.
  static func block(counter: [UInt32], key: (UInt32, UInt32)) -> [UInt32] {
    var (a, b, c, d) = (counter[0], counter[1], counter[2], counter[3])
    var (k0, k1) = key
    for _ in 0..<10 {
      let first = a.multipliedFullWidth(by: 0xD251_1F53)
      let second = c.multipliedFullWidth(by: 0xCD9E_8D57)
      (a, b, c, d) = (second.high ^ b ^ k0, second.low, first.high ^ d ^ k1, first.low)
      k0 &+= 0x9E37_79B9
      k1 &+= 0xBB67_AE85
    }
    return [a, b, c, d]
  }
}
