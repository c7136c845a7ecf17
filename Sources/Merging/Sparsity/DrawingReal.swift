internal import CKernels

/// Chance that decides which elements stay.
protocol DrawingReal {
  /// Keeps each number with a probability, else makes it a zero.
  static func keepDrawn(
    _ numbers: UnsafeMutablePointer<Self>, _ draws: UnsafePointer<UInt32>, _ probability: Float,
    _ count: Int)
  /// Keeps each number with the probability of its rank in its row.
  static func keepGraded(
    _ numbers: UnsafeMutablePointer<Self>, _ draws: UnsafePointer<UInt32>, _ rows: RankedRows,
    _ count: Int)
}

extension Float: DrawingReal {
  /// Keeps each number with a probability, else makes it a zero.
  static func keepDrawn(
    _ numbers: UnsafeMutablePointer<Float>, _ draws: UnsafePointer<UInt32>, _ probability: Float,
    _ count: Int
  ) {
    birdie_kernels().pointee.keep_drawn(numbers, numbers, draws, probability, count)
  }

  /// Keeps each number with the probability of its rank in its row.
  static func keepGraded(
    _ numbers: UnsafeMutablePointer<Float>, _ draws: UnsafePointer<UInt32>, _ rows: RankedRows,
    _ count: Int
  ) {
    var ranks = [UInt32](repeating: 0, count: rows.length)
    var workspace = [UInt64](repeating: 0, count: 2 * rows.length)
    for start in Swift.stride(from: 0, to: count, by: max(rows.unit, 1)) {
      for place in start..<(start + rows.stride) {
        let row = numbers + place
        birdie_rank_magnitudes(&ranks, row, rows.length, rows.stride, &workspace)
        birdie_keep_graded(
          row, row, draws + place, ranks, rows.probabilities, rows.length, rows.stride)
      }
    }
  }
}

extension Double: DrawingReal {
  /// Keeps each number with a probability, else makes it a zero.
  static func keepDrawn(
    _ numbers: UnsafeMutablePointer<Double>, _ draws: UnsafePointer<UInt32>, _ probability: Float,
    _ count: Int
  ) {
    for index in 0..<count {
      let uniform = Float(draws[index] & 0xFF_FFFF) * 0x1p-24
      numbers[index] *= uniform < probability ? 1 : 0
    }
  }

  /// Keeps each number with the probability of its rank in its row; numbers are float32's.
  static func keepGraded(
    _ numbers: UnsafeMutablePointer<Double>, _ draws: UnsafePointer<UInt32>, _ rows: RankedRows,
    _ count: Int
  ) {
    var floats = (0..<count).map { Float(numbers[$0]) }
    Float.keepGraded(&floats, draws, rows, count)
    for index in 0..<count { numbers[index] = Double(floats[index]) }
  }
}
