/// The bits of a message that were seen, each under its context: a table with open addressing.
///
/// The seed differs from run to run, so that no file can be made whose contexts fall together; what
/// is learnt does not depend on it.
struct AdaptiveContexts {
  private static let seed = (UInt64.random(in: .min ... .max), UInt64.random(in: .min ... .max) | 1)

  private var contexts: [AdaptiveContext?]
  private var bits: [AdaptiveBit]
  private var count = 0
  private var shift: Int

  init() {
    let digits = 6
    contexts = Array(repeating: nil, count: 1 << digits)
    bits = Array(repeating: AdaptiveBit(), count: 1 << digits)
    shift = 64 - digits
  }

  /// Where the bit of a context is; a new one where none was yet.
  mutating func index(of context: AdaptiveContext) -> Int {
    var slot = slot(of: context)
    while let known = contexts[slot] {
      if known == context { return slot }
      slot = (slot + 1) & (contexts.count - 1)
    }
    if 2 * count >= contexts.count {
      grow()
      return index(of: context)
    }
    contexts[slot] = context
    count += 1
    return slot
  }

  /// The bit at an index that was just given.
  subscript(index: Int) -> AdaptiveBit {
    get { bits[index] }
    _modify { yield &bits[index] }
  }

  private func slot(of context: AdaptiveContext) -> Int {
    let product = (context.place ^ Self.seed.0).multipliedFullWidth(
      by: (context.digits ^ Self.seed.0) &* Self.seed.1)
    return Int((product.high ^ product.low) >> UInt64(shift))
  }

  private mutating func grow() {
    let old = (contexts, bits)
    shift -= 1
    contexts = Array(repeating: nil, count: 2 * old.0.count)
    bits = Array(repeating: AdaptiveBit(), count: 2 * old.0.count)
    for (context, bit) in zip(old.0, old.1) {
      guard let context else { continue }
      var slot = slot(of: context)
      while contexts[slot] != nil { slot = (slot + 1) & (contexts.count - 1) }
      contexts[slot] = context
      bits[slot] = bit
    }
  }
}
