internal import TensorCore

/// The selection of a rank by the digits of magnitudes, the highest first.
struct MagnitudeDigits<Real: MergeReal> {
  /// Whether magnitudes have nothing but zeros below the first digit.
  private let isNarrow: Bool

  /// Bits that are looked at at once.
  private static var digit: Int { 16 }

  /// The bits below the first digit.
  static var firstShift: Int { Real.magnitudeWidth - digit }

  /// How many of the lowest bits are zero in all magnitudes.
  var emptyWidth: UInt64 { isNarrow ? 16 : 0 }

  /// Digits of numbers that were rounded to a type.
  init(_ dtype: DType) { isNarrow = Real.self == Float.self && dtype == .bf16 }

  /// The magnitude of a rank in ascending order; `counts` says how many numbers have each value in
  /// `width` bits above `shift`, among those with a prefix above them.
  func magnitude<Failure>(
    at rank: Int, _ counts: (_ shift: Int, _ width: Int, _ prefix: UInt64) throws(Failure) -> [Int]
  ) throws(Failure) -> RankSelection<Real>.Place {
    var shift = Real.magnitudeWidth
    var (prefix, smaller) = (UInt64(0), 0)
    while true {
      let width = min(Self.digit, shift)
      shift -= width
      let counts = try counts(shift, width, prefix)
      var value = 0
      while smaller + counts[value] <= rank {
        smaller += counts[value]
        value += 1
      }
      prefix = prefix << UInt64(width) | UInt64(value)
      guard shift > 0, !isNarrow else {
        return (prefix << UInt64(shift), smaller, counts[value])
      }
    }
  }

  /// The magnitude of a rank among some numbers.
  func magnitude(at rank: Int, of numbers: [[Real]]) -> RankSelection<Real>.Place {
    let count = numbers.reduce(0) { $0 + $1.count }
    // Counting costs as much as sorting so many.
    guard count > 1 << 12 else {
      let sorted = numbers.joined().map(\.magnitudeBits).sorted()
      let value = sorted[rank]
      let smaller = sorted.firstIndex(of: value) ?? rank
      return (value, smaller, sorted[smaller...].prefix { $0 == value }.count)
    }
    return magnitude(at: rank) { shift, width, prefix in
      var counts = [UInt32](repeating: 0, count: 1 << width)
      for part in numbers {
        Real.countMagnitudes(
          part, part.count, in: &counts, shift: shift, width: width, prefix: prefix)
      }
      return counts.map(Int.init)
    }
  }
}
