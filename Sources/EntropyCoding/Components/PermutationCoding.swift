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
    var left = Array(order.indices)
    for value in order {
      // The ones that are left are sorted, so a search by halves finds the value.
      var (low, high) = (0, left.count)
      while high - low > 1 {
        let middle = (low + high) / 2
        if left[middle] <= value { low = middle } else { high = middle }
      }
      encoder.uniform(low, below: left.count)
      left.remove(at: low)
    }
  }

  static func read(
    _ count: Int, _ dtype: DType, from decoder: inout AdaptiveDecoder
  ) throws(Rejection) -> [UInt8] {
    try require(
      (dtype == .i32 || dtype == .i64) && count <= mostElements,
      EntropyRules.damagedDescription, "a permutation of \(count) \(dtype.rawValue)")
    var left = Array(0..<count)
    var bytes: [UInt8] = []
    while !left.isEmpty {
      let value = left.remove(at: try decoder.uniform(below: left.count))
      for byte in 0..<(dtype == .i32 ? 4 : 8) {
        bytes.append(UInt8(truncatingIfNeeded: value >> (8 * byte)))
      }
    }
    return bytes
  }
}
