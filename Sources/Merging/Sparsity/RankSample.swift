internal import Diagnostics
internal import TensorCore

/// Some elements of a tensor, by which the magnitudes of ranks are told roughly.
struct RankSample<Real: MergeReal> {
  private let numbers: [Real]
  /// The elements of the tensor.
  private let count: Int
  /// Neighbours among the elements of the sample.
  private let run: Int
  private let dtype: DType

  /// The most elements of a sample, and of a tensor that needs none.
  private static var most: Int { 1 << 16 }

  /// Takes a part of the elements, in runs of neighbours that lie everywhere in the tensor.
  init(
    _ work: MergeWork<Real>, _ spans: MergeSpans, scratch: Int,
    _ values: @escaping RankSelection<Real>.Values
  ) throws(Rejection) {
    (count, dtype) = (spans.count, work.task.dtype)
    run = (64 + spans.unit - 1) / spans.unit * spans.unit
    let runs = min(Self.most, max(count / 64, 1 << 12)) / run
    guard count > Self.most, runs > 1 else {
      numbers = []
      return
    }
    // The places are a little off a grid, so as not to meet the same columns in every row.
    var random = Philox(seed: 0)
    let distance = spans.count / runs
    var ranges: [Range<Int>] = []
    for place in 0..<runs {
      let first = place * distance + random.next(below: distance - run + 1)
      let start = first / spans.unit * spans.unit
      ranges.append(start..<(start + run))
    }
    var numbers: [Real] = []
    try work.forEachBlock(ranges, capacity: run, scratch: scratch) { block in
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
    var ranges: [ClosedRange<UInt64>] = []
    for rank in ranks {
      let part = min(max(Double(rank) / Double(count), 0), 1)
      // Four standard deviations of what a rank becomes in a sample whose neighbours are alike.
      let likeness = max(4, Double(run) / 16)
      let margin = 4 * (part * (1 - part) * size * likeness).squareRoot() + likeness
      let (low, high) = (Int(part * size - margin), Int(part * size + margin))
      ranges.append(
        max(
          low > 0 ? magnitude(at: low) : 1, 1)...max(
            high < numbers.count ? magnitude(at: high) : Real.largestMagnitude, 1))
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
