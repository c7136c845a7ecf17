internal import Diagnostics
internal import Synchronization
internal import TensorCore

/// The elements of some ranks, in the order of their absolute values, without sorting.
///
/// A sample tells between which magnitudes a rank lies; one pass takes the elements there and
/// counts those below (Floyd and Rivest 1975). Where the sample misled, digits of all elements are
/// counted instead, in a pass for each digit: the result is exact either way.
struct RankSelection<Real: MergeReal> {
  /// What is ranked: fills a place with the numbers of a block.
  typealias Values = @Sendable (MergeBlock<Real>) -> UnsafeMutablePointer<Real>
  /// A magnitude of some rank, how many are smaller, and how many are equal.
  typealias Place = (value: UInt64, smaller: Int, equal: Int)

  private let work: MergeWork<Real>
  private let spans: MergeSpans
  private let scratch: Int
  private let values: Values
  /// How many elements of each part are zero.
  private let zeros: [Int]
  private let windows: [RankWindow<Real>]
  private let first = FirstDigit()

  /// How many elements are zero.
  var zeroCount: Int { zeros.reduce(0, +) }

  /// Ranks what `values` gives, which may use scratch memory. The ranks that will be asked for are
  /// near those that `ranks` gives for about so many zeros. At most `mostStored` numbers are kept
  /// in memory; where there would be more, digits are counted.
  init(
    _ work: MergeWork<Real>, _ spans: MergeSpans, scratch: Int,
    near ranks: (_ zeroCount: Int) -> [Int], mostStored: Int = 1 << 22, _ values: @escaping Values
  ) throws(Rejection) {
    (self.work, self.spans, self.scratch, self.values) = (work, spans, scratch, values)
    let sample = try RankSample<Real>(work, spans, scratch: scratch, values)
    let ranges = sample.ranges(near: ranks(sample.zeroCount))
    let none = ranges.map { [type = work.task.dtype] in RankWindow<Real>($0, type) }
    var (zeros, windows, stored) = ([Int](), none, 0)
    try work.reduce(
      spans, perThread: 2, scratch: scratch, prepare: { _ in (zeros: 0, windows: none) },
      { part, block in
        let numbers = values(block)
        part.zeros += Real.count(of: 0, in: numbers, block.count)
        for index in part.windows.indices {
          part.windows[index].take(numbers, block.count)
        }
      },
      join: { part in
        zeros.append(part.zeros)
        stored += part.windows.reduce(0) { $0 + $1.storedCount }
        for index in windows.indices {
          windows[index].join(part.windows[index], keeps: stored <= mostStored)
        }
      })
    (self.zeros, self.windows) = (zeros, stored <= mostStored ? windows : [])
  }

  /// The magnitude of a rank in ascending order.
  func magnitude(at rank: Int) throws(Rejection) -> Place {
    let zeroCount = zeroCount
    guard rank >= zeroCount else { return (0, 0, zeroCount) }
    if let window = windows.first(where: { $0.ranks.contains(rank) }) {
      return window.magnitude(at: rank)
    }
    return try MagnitudeDigits<Real>(work.task.dtype).magnitude(at: rank) {
      (shift, width, prefix) throws(Rejection) in
      try counts(shift, width, prefix)
    }
  }

  /// How many elements have each value in `width` bits above `shift`, among those with a prefix
  /// above them.
  private func counts(_ shift: Int, _ width: Int, _ prefix: UInt64) throws(Rejection) -> [Int] {
    let isFirst = shift == MagnitudeDigits<Real>.firstShift
    if isFirst, let known = first.counts.withLock({ $0 }) { return known }
    let none = [UInt32](repeating: 0, count: 1 << width)
    var total = [Int](repeating: 0, count: none.count)
    try work.reduce(spans, perThread: 1, scratch: scratch, prepare: { _ in none }) {
      [values] counts, block in
      Real.countMagnitudes(
        values(block), block.count, in: &counts, shift: shift, width: width, prefix: prefix)
    } join: { counts in
      for index in counts.indices { total[index] += Int(counts[index]) }
    }
    if isFirst { first.counts.withLock { [total] counts in counts = total } }
    return total
  }

  /// What keeps the ranks of a range, one range of magnitudes for each part of the tensor.
  func keeping(_ ranks: Range<Int>) throws(Rejection) -> [MagnitudeRange] {
    let total = spans.total
    let low = try magnitude(at: ranks.lowerBound)
    let isOpen = ranks.upperBound == spans.count
    let high: Place =
      isOpen
      ? (Real.largestMagnitude, spans.count, 0) : try magnitude(at: ranks.upperBound - 1)
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
      try ties(low.value),
      isSame || isOpen ? [Int](repeating: 0, count: total) : try ties(high.value)
    )
    var (lowBefore, highBefore) = (0, 0)
    return (0..<total).map { span in
      defer {
        lowBefore += lows[span]
        highBefore += highs[span]
      }
      return MagnitudeRange(
        low: low.value, high: high.value, lowLeft: UInt64(max(lowKept - lowBefore, 0)),
        highLeft: isOpen ? .max : UInt64(max(highKept - highBefore, 0)))
    }
  }

  /// How many of a magnitude each part has.
  private func ties(_ magnitude: UInt64) throws(Rejection) -> [Int] {
    guard magnitude > 0 else { return zeros }
    if let window = windows.first(where: { $0.range.contains(magnitude) }) {
      return window.ties(magnitude)
    }
    var counts: [Int] = []
    try work.reduce(spans, scratch: scratch, prepare: { _ in 0 }) { [values] count, block in
      count += Real.count(of: magnitude, in: values(block), block.count)
    } join: {
      counts.append($0)
    }
    return counts
  }

  /// How often the first digit has each value, once that was counted.
  private final class FirstDigit: Sendable {
    let counts = Mutex<[Int]?>(nil)
  }
}
