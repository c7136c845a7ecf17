internal import CKernels
public import Diagnostics
internal import TensorCore

extension TensorContent {
  /// The statistics of the decoded elements; nil for complex types, for types that share bytes
  /// and where there is nothing to read.
  ///
  /// Floats of 32 bits and less and integers of 16 and less are exact in float32 and are summed
  /// by the kernels in double, in an order that no thread count changes; wider types are summed
  /// in double element by element.
  public func statistics() throws(Rejection) -> TensorStatistics? {
    if case .absent = self { return nil }
    guard let reader = ElementReader(dtype) else { return nil }
    switch reader {
    case .single(let decode): return try kernelStatistics(decode)
    case .double(let decode): return try doubleStatistics(decode)
    }
  }

  private func kernelStatistics(
    _ decode: (RawSpan) -> [Float]
  ) throws(Rejection) -> TensorStatistics {
    var stats = birdie_stats()
    unsafe birdie_stats_init(&stats)
    try forEachBlock { bytes throws(Rejection) in
      let block = decode(bytes)
      unsafe birdie_stats_f32(block, block.count, &stats)
    }
    return TensorStatistics(stats)
  }

  private func doubleStatistics(
    _ decode: (RawSpan) -> [Double]
  ) throws(Rejection) -> TensorStatistics {
    var sums = DoubleSums()
    try forEachBlock { bytes throws(Rejection) in
      let block = decode(bytes)
      for value in block { sums.add(value) }
    }
    return sums.statistics
  }

  /// Gives the decoded bytes in blocks that stay in the processor's cache.
  private func forEachBlock(
    _ body: (RawSpan) throws(Rejection) -> Void
  ) throws(Rejection) {
    try forEachChunk { chunk throws(Rejection) in
      var start = 0
      while start < chunk.byteCount {
        let end = min(start + ElementReader.blockByteCount, chunk.byteCount)
        try body(chunk.extracting(start..<end))
        start = end
      }
    }
  }
}

extension TensorStatistics {
  /// What the kernels have added up.
  fileprivate init(_ stats: birdie_stats) {
    var stats = stats
    let sum = unsafe birdie_stats_sum(&stats)
    let squares = unsafe birdie_stats_sum_of_squares(&stats)
    let finite = stats.count - stats.nan_count - stats.inf_count
    let isOrdered = stats.count > stats.nan_count
    let mean = finite > 0 ? sum / Double(finite) : nil
    count = Int(clamping: stats.count)
    minimum = isOrdered ? Double(stats.minimum) : nil
    maximum = isOrdered ? Double(stats.maximum) : nil
    absoluteMaximum = isOrdered ? Double(stats.absolute_maximum) : nil
    self.mean = mean
    standardDeviation = mean.map { max(squares / Double(finite) - $0 * $0, 0).squareRoot() }
    zeroCount = Int(clamping: stats.zero_count)
    nanCount = Int(clamping: stats.nan_count)
    infinityCount = Int(clamping: stats.inf_count)
  }
}

/// Statistics over doubles, one at a time.
///
/// Mean and variance follow Welford 1962, which neither overflows on squares nor cancels.
private struct DoubleSums {
  private var count = 0
  private var nans = 0
  private var infinities = 0
  private var zeros = 0
  private var minimum = Double.infinity
  private var maximum = -Double.infinity
  private var finite = 0.0
  private var mean = 0.0
  private var squares = 0.0

  mutating func add(_ value: Double) {
    count += 1
    guard !value.isNaN else {
      nans += 1
      return
    }
    minimum = min(minimum, value)
    maximum = max(maximum, value)
    guard value.isFinite else {
      infinities += 1
      return
    }
    if value == 0 { zeros += 1 }
    finite += 1
    let distance = value - mean
    mean += distance / finite
    squares += distance * (value - mean)
  }

  var statistics: TensorStatistics {
    let isOrdered = count > nans
    return TensorStatistics(
      count: count,
      minimum: isOrdered ? minimum + 0 : nil,
      maximum: isOrdered ? maximum + 0 : nil,
      mean: finite > 0 ? mean : nil,
      standardDeviation: finite > 0 ? (squares / finite).squareRoot() : nil,
      absoluteMaximum: isOrdered ? max(minimum.magnitude, maximum.magnitude) : nil,
      zeroCount: zeros, nanCount: nans, infinityCount: infinities)
  }
}
