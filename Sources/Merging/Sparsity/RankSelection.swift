internal import Diagnostics
internal import TensorCore

/// The elements of some ranks, in the order of their absolute values, found by counting instead of
/// sorting.
struct RankSelection<Real: MergeReal> {
  /// What is ranked: fills a place with the numbers of a block.
  typealias Values = @Sendable (MergeBlock<Real>) -> UnsafeMutablePointer<Real>

  private let work: MergeWork<Real>
  private let spans: MergeSpans
  private let scratch: Int
  private let values: Values
  private let top: [Int]

  /// Bits that are looked at in one pass.
  private static var digit: Int { 16 }

  /// Begins to rank what `values` gives, which may use scratch memory.
  init(
    _ work: MergeWork<Real>, _ spans: MergeSpans, scratch: Int, _ values: @escaping Values
  ) throws(Rejection) {
    (self.work, self.spans, self.scratch, self.values) = (work, spans, scratch, values)
    top = try Self.counts(work, spans, scratch, values, shift: Real.magnitudeWidth - Self.digit, 0)
  }

  /// How many of each value the digit above `shift` has, among those with a prefix above it.
  private static func counts(
    _ work: MergeWork<Real>, _ spans: MergeSpans, _ scratch: Int, _ values: @escaping Values,
    shift: Int,
    _ prefix: UInt64
  ) throws(Rejection) -> [Int] {
    let (width, low) = (min(digit, shift + digit), max(shift, 0))
    let none = [UInt32](repeating: 0, count: 1 << width)
    var total = [Int](repeating: 0, count: none.count)
    try work.reduce(spans, perThread: 1, scratch: scratch, prepare: { _ in none }) {
      counts, block in
      Real.countMagnitudes(
        values(block), block.count, in: &counts, shift: low, width: width, prefix: prefix)
    } join: { counts in
      for index in counts.indices { total[index] += Int(counts[index]) }
    }
    return total
  }

  /// The magnitude of a rank in ascending order, how many are smaller, and how many are equal.
  func magnitude(
    at rank: Int
  ) throws(Rejection) -> (value: UInt64, smaller: Int, equal: Int) {
    var shift = Real.magnitudeWidth - Self.digit
    var (prefix, smaller) = (UInt64(0), 0)
    var counts = top
    while true {
      var digit = 0
      while smaller + counts[digit] <= rank {
        smaller += counts[digit]
        digit += 1
      }
      let width = min(Self.digit, shift + Self.digit)
      prefix = prefix << UInt64(width) | UInt64(digit)
      guard shift > 0 else { return (prefix, smaller, counts[digit]) }
      shift -= Self.digit
      // Of narrow types nothing is left below.
      if Real.self == Float.self, work.task.dtype == .bf16 {
        return (prefix << UInt64(shift + Self.digit), smaller, counts[digit])
      }
      counts = try Self.counts(work, spans, scratch, values, shift: shift, prefix)
    }
  }

  /// What keeps the ranks of a range, one range of magnitudes for each part of the tensor.
  func keeping(_ ranks: Range<Int>) throws(Rejection) -> [MagnitudeRange] {
    let low = try magnitude(at: ranks.lowerBound)
    let high = try magnitude(at: ranks.upperBound - 1)
    let total = spans.total
    let isSame = low.value == high.value
    // Of equal ones the first are kept.
    let lowKept = min(low.smaller + low.equal, ranks.upperBound) - ranks.lowerBound
    let highKept = isSame ? lowKept : ranks.upperBound - high.smaller
    let isWhole = lowKept == low.equal && highKept == high.equal
    guard !isWhole else {
      let range = MagnitudeRange(
        low: low.value, high: high.value, lowLeft: .max, highLeft: .max)
      return [MagnitudeRange](repeating: range, count: total)
    }
    let (lows, highs) = (
      try ties(low.value), isSame ? [Int](repeating: 0, count: total) : try ties(high.value)
    )
    var (lowBefore, highBefore) = (0, 0)
    return (0..<total).map { span in
      defer {
        lowBefore += lows[span]
        highBefore += highs[span]
      }
      return MagnitudeRange(
        low: low.value, high: high.value, lowLeft: UInt64(max(lowKept - lowBefore, 0)),
        highLeft: UInt64(max(highKept - highBefore, 0)))
    }
  }

  /// How many of a magnitude each part has.
  private func ties(_ magnitude: UInt64) throws(Rejection) -> [Int] {
    var counts: [Int] = []
    try work.reduce(spans, scratch: scratch, prepare: { _ in 0 }) { [values] count, block in
      count += Real.count(of: magnitude, in: values(block), block.count)
    } join: {
      counts.append($0)
    }
    return counts
  }
}
