internal import Diagnostics
internal import TensorCore

/// Coding 3: the numbers 0 … n − 1 in some order, in log2(n!) bits.
enum PermutationCoding {
  static let mostElements = 65536

  /// The order that integers of four or eight bytes are in; nil if they are no permutation.
  static func order(_ bytes: RawSpan, _ dtype: DType) -> [Int]? {
    guard dtype == .i32 || dtype == .i64 else { return nil }
    let width = dtype == .i32 ? 4 : 8
    let count = bytes.byteCount / width
    guard count > 1, count <= mostElements else { return nil }
    var isSeen = [Bool](repeating: false, count: count)
    var order: [Int] = []
    for index in 0..<count {
      let value =
        dtype == .i32
        ? Int(unsafe bytes.unsafeLoadUnaligned(fromByteOffset: 4 * index, as: Int32.self))
        : Int(unsafe bytes.unsafeLoadUnaligned(fromByteOffset: 8 * index, as: Int64.self))
      guard (0..<count).contains(value), !isSeen[value] else { return nil }
      isSeen[value] = true
      order.append(value)
    }
    return order
  }

  static func write(_ order: [Int], to encoder: inout AdaptiveEncoder) {
    var left = RemainingNumbers(order.count)
    for value in order { encoder.uniform(left.take(value: value), below: left.count + 1) }
  }

  static func read(
    _ count: Int, _ dtype: DType, from decoder: inout AdaptiveDecoder
  ) throws(Rejection) -> [UInt8] {
    try require(
      (dtype == .i32 || dtype == .i64) && count <= mostElements,
      EntropyRules.damagedDescription, "a permutation of \(count) \(dtype.rawValue)")
    var left = RemainingNumbers(count)
    var bytes: [UInt8] = []
    while left.count > 0 {
      let value = left.take(rank: try decoder.uniform(below: left.count))
      for byte in 0..<(dtype == .i32 ? 4 : 8) {
        bytes.append(UInt8(truncatingIfNeeded: value >> (8 * byte)))
      }
    }
    return bytes
  }
}

/// The numbers 0 ..< n that were not taken yet, found by their place among them: a tree of partial
/// sums (Fenwick 1994).
private struct RemainingNumbers {
  /// Element i > 0 counts what is left of the i & −i numbers that end with i − 1.
  private var sums: [Int]
  private(set) var count: Int

  init(_ count: Int) {
    self.count = count
    sums = (0...count).map { $0 & -$0 }
  }

  /// Takes the number that `rank` smaller ones are left beside.
  mutating func take(rank: Int) -> Int {
    var (value, rank) = (0, rank)
    var step = 1 << (Int.bitWidth - 1 - (sums.count - 1).leadingZeroBitCount)
    while step > 0 {
      if value + step < sums.count, sums[value + step] <= rank {
        value += step
        rank -= sums[value]
      }
      step >>= 1
    }
    remove(value)
    return value
  }

  /// Takes a number; gives how many smaller ones are left.
  mutating func take(value: Int) -> Int {
    var (rank, index) = (0, value)
    while index > 0 {
      rank += sums[index]
      index &= index - 1
    }
    remove(value)
    return rank
  }

  private mutating func remove(_ value: Int) {
    var index = value + 1
    while index < sums.count {
      sums[index] -= 1
      index += index & -index
    }
    count -= 1
  }
}
