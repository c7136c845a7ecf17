internal import Diagnostics
internal import TensorCore

/// Some elements of a tensor, by which the magnitudes of ranks are told roughly.
struct RankSample<Real: MergeReal> {
  private let numbers: [Real]
  /// The elements of the tensor.
  private let count: Int
  /// How many neighbours are taken together.
  private let cluster: Int
  private let dtype: DType

  /// Tensors of at most so many elements need no sample: where whole rows belong together, which
  /// say less of the others, more of them.
  private static func mostWhole(_ unit: Int) -> Int { unit <= 64 ? 1 << 16 : 1 << 21 }
  /// The sizes that samples have; the larger they are, the fewer elements are left to look at.
  private static var sizes: ClosedRange<Int> { (1 << 12)...(1 << 20) }

  /// Takes a part of the elements, in clusters that lie everywhere in the tensor. There is none of
  /// small tensors, and of those that have hardly more than one row.
  init(
    _ work: MergeWork<Real>, _ spans: MergeSpans, scratch: Int,
    _ values: @escaping RankSelection<Real>.Values
  ) throws(Rejection) {
    (count, dtype) = (spans.count, work.task.dtype)
    cluster = (64 + spans.unit - 1) / spans.unit * spans.unit
    let wanted = min(max(count / 64, 256 * spans.unit), count / 16)
    let clusters = min(max(wanted, Self.sizes.lowerBound), Self.sizes.upperBound) / cluster
    guard count > Self.mostWhole(spans.unit), clusters > 1, count / clusters > 2 * cluster else {
      numbers = []
      return
    }
    // The places are a little off a grid, so as not to meet the same columns in every row.
    var random = Philox(seed: 0)
    let distance = spans.count / clusters
    var ranges: [Range<Int>] = []
    for place in 0..<clusters {
      let shift = random.next(below: min(distance - cluster, Int(UInt32.max)) + 1)
      let start = (place * distance + shift) / spans.unit * spans.unit
      ranges.append(start..<(start + cluster))
    }
    var numbers: [Real] = []
    try work.forEachBlock(ranges, capacity: cluster, scratch: scratch) { block in
      numbers += UnsafeBufferPointer(start: values(block), count: block.count)
    }
    self.numbers = numbers
  }

  /// About how many elements of the tensor are zero.
  var zeroCount: Int {
    guard !numbers.isEmpty else { return 0 }
    let zeros = Real.count(of: 0, in: numbers, numbers.count)
    return Int(Double(zeros) / Double(numbers.count) * Double(count))
  }

  /// Between which magnitudes the elements of some ranks are, most likely; no two have an element
  /// in common, and none has zeros.
  func ranges(near ranks: [Int]) -> [ClosedRange<UInt64>] {
    guard !numbers.isEmpty else { return [1...Real.largestMagnitude] }
    let size = Double(numbers.count)
    // The design effect of clusters whose elements correlate by 1/16 (Kish 1965).
    let effect = 1 + Double(cluster - 1) / 16
    var ranges: [ClosedRange<UInt64>] = []
    for rank in ranks {
      let part = min(max(Double(rank) / Double(count), 0), 1)
      // Three standard deviations of where the rank is in a sample.
      let margin = 3 * (part * (1 - part) * size * effect).squareRoot() + effect
      let (first, last) = (Int(part * size - margin), Int(part * size + margin))
      let low = first > 0 ? magnitude(at: first) : 1
      let high = last < numbers.count ? magnitude(at: last) : Real.largestMagnitude
      ranges.append(max(low, 1)...max(high, 1))
    }
    ranges.sort { $0.lowerBound < $1.lowerBound }
    return ranges.reduce(into: []) { joined, range in
      guard let last = joined.last, last.upperBound >= range.lowerBound else {
        return joined.append(range)
      }
      joined[joined.count - 1] = last.lowerBound...max(last.upperBound, range.upperBound)
    }
  }

  private func magnitude(at rank: Int) -> UInt64 {
    MagnitudeDigits<Real>(dtype).magnitude(at: rank, of: [numbers]).value
  }
}
