/// What a bit's probability is conditional on: where in the message it stands and what came before.
struct AdaptiveContext: Equatable {
  let place: UInt64
  let digits: UInt64

  /// The i-th bit of the length of a number.
  static func length(of field: Int, _ index: Int) -> AdaptiveContext {
    AdaptiveContext(kind: 0, field, index, 0, digits: 0)
  }

  /// The next digit of a number that has `count` of them after the first.
  static func digit(of field: Int, count: Int, after digits: UInt64) -> AdaptiveContext {
    AdaptiveContext(kind: 1, field, count, 0, digits: digits)
  }

  /// The next bit of a byte after two others.
  static func byte(of field: Int, _ a: Int, _ b: Int, after digits: UInt64) -> AdaptiveContext {
    AdaptiveContext(kind: 2, field, a, b, digits: digits)
  }

  /// A bit that stands alone.
  static func flag(_ field: Int) -> AdaptiveContext {
    AdaptiveContext(kind: 3, field, 0, 0, digits: 0)
  }

  private init(kind: UInt64, _ field: Int, _ a: Int, _ b: Int, digits: UInt64) {
    place =
      kind << 62 | UInt64(truncatingIfNeeded: field) << 40
      | UInt64(truncatingIfNeeded: a) << 20 | UInt64(truncatingIfNeeded: b)
    self.digits = digits
  }
}

/// How likely a bit is 1, learnt from those before it: about the estimator of Krichevsky and
/// Trofimov (1981), in integers so that every reader learns the same.
struct AdaptiveBit {
  /// The probability of a 1 in 1/65536.
  private(set) var probability: UInt32 = 1 << 15
  private var count: UInt32 = 0

  /// Learns from a bit; gives the probability of a 1 before.
  @discardableResult
  mutating func learn(_ bit: Bool) -> UInt32 {
    let before = probability
    if bit {
      probability += (65536 - probability) / (count + 2)
    } else {
      probability -= probability / (count + 2)
    }
    count = min(count + 1, 254)
    return before
  }
}
