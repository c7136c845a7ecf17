internal import Checkpoints
internal import Diagnostics
internal import JSON
internal import RecordFormats
internal import TensorCore

/// What the elements of a tensor look like from afar.
public struct ManifestValues: Sendable, Equatable {
  /// The smallest element.
  public let minimum: Double
  /// The largest element.
  public let maximum: Double
  /// The arithmetic mean.
  public let mean: Double
  /// The standard deviation about the mean (divisor n).
  public let standardDeviation: Double
  /// How many elements lie in each of as many equal parts of −m…m, where m is the largest
  /// magnitude. An element between two parts is in the upper one, m itself in the last.
  public let histogram: [Int]

  /// How many parts there are in what this version writes.
  static let binCount = 32
  /// More parts than anybody draws.
  private static let mostBins = 1024

  /// Counts the elements of a tensor by their size, which takes another pass over them. Nil without
  /// statistics, for types that are no floats of 16 bits and more, and where one is not finite.
  /// Throws what decoding throws.
  init?(_ inspection: TensorInspection) throws(Rejection) {
    guard let statistics = inspection.statistics,
      statistics.nanCount == 0, statistics.infinityCount == 0,
      let minimum = statistics.minimum, let maximum = statistics.maximum,
      let mean = statistics.mean, let deviation = statistics.standardDeviation,
      let most = statistics.absoluteMaximum, deviation.isFinite,
      let decode = FloatDecoder(inspection.tensor.dtype)
    else { return nil }
    // Adding nothing makes 0 of −0, which JSON would tell apart.
    (self.minimum, self.maximum, self.mean) = (minimum + 0, maximum + 0, mean + 0)
    standardDeviation = deviation
    var histogram = [Int](repeating: 0, count: Self.binCount)
    try locating(Place(tensor: inspection.tensor.name)) { () throws(Rejection) in
      try inspection.tensor.content.forEachChunk { chunk throws(Rejection) in
        decode.count(chunk, upTo: most, in: &histogram)
      }
    }
    self.histogram = histogram
  }

  /// Reads what a manifest says; throws the reader's rule for numbers that contradict each other.
  init(_ reader: RecordReader) throws(Rejection) {
    minimum = try reader.number(.minimum)
    maximum = try reader.number(.maximum)
    mean = try reader.number(.mean)
    standardDeviation = try reader.number(.deviation)
    histogram = try reader.counts(.histogram)
    guard minimum <= maximum, standardDeviation >= 0 else {
      throw reader.refusal(.minimum, "contradicts `max`, or `std` is negative")
    }
    guard (1...Self.mostBins).contains(histogram.count) else {
      throw reader.refusal(.histogram, "has \(histogram.count) parts")
    }
  }

  /// How many elements were counted; nil for more than there can be.
  var elementCount: Int? {
    var sum = 0
    for count in histogram {
      let (more, overflow) = sum.addingReportingOverflow(count)
      guard !overflow else { return nil }
      sum = more
    }
    return sum
  }

  /// As JSON: `min`, `max`, `mean`, `std`, `histogram`.
  var json: JSONValue {
    .record([
      (.minimum, .number(minimum)), (.maximum, .number(maximum)), (.mean, .number(mean)),
      (.deviation, .number(standardDeviation)),
      (.histogram, .array(histogram.map(JSONValue.integer))),
    ])
  }
}

/// Floats of one type, little-endian.
private enum FloatDecoder {
  case f16, bf16, f32, f64

  init?(_ dtype: DType) {
    switch dtype {
    case .f16: self = .f16
    case .bf16: self = .bf16
    case .f32: self = .f32
    case .f64: self = .f64
    default: return nil
    }
  }

  /// Counts the elements of a chunk, all of them of at most some magnitude.
  func count(_ chunk: RawSpan, upTo most: Double, in histogram: inout [Int]) {
    switch self {
    case .f16:
      Self.count(chunk, most, &histogram) { (bits: UInt16) in
        Double(Float16(bitPattern: UInt16(littleEndian: bits)))
      }
    case .bf16:
      Self.count(chunk, most, &histogram) { (bits: UInt16) in
        Double(Float(bitPattern: UInt32(UInt16(littleEndian: bits)) << 16))
      }
    case .f32:
      Self.count(chunk, most, &histogram) { (bits: UInt32) in
        Double(Float(bitPattern: UInt32(littleEndian: bits)))
      }
    case .f64:
      Self.count(chunk, most, &histogram) { (bits: UInt64) in
        Double(bitPattern: UInt64(littleEndian: bits))
      }
    }
  }

  @inline(__always)
  private static func count<Bits: FixedWidthInteger & BitwiseCopyable>(
    _ chunk: RawSpan, _ most: Double, _ histogram: inout [Int], _ value: (Bits) -> Double
  ) {
    let half = Double(histogram.count) / 2
    let last = histogram.count - 1
    for start in stride(from: 0, to: chunk.byteCount, by: MemoryLayout<Bits>.size) {
      let value = value(chunk.unsafeLoadUnaligned(fromByteOffset: start, as: Bits.self))
      // Divided first: the sum of two huge numbers is infinite.
      let share = most > 0 ? value / most : 0
      histogram[min(Int((share + 1) * half), last)] += 1
    }
  }
}
