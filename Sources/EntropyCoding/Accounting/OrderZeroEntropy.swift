public import TensorCore

/// The bits of symbols under their own frequencies, known for nothing (Shannon 1948): which entropy
/// a figure is compared with decides what it says, so this one has its name.
public struct OrderZeroEntropy: Sendable {
  /// The integers, or for wider elements their bytes, plane by plane.
  public let symbolCount: Int
  /// The sum over planes, each under its own frequencies.
  public let bits: Double

  /// Counts the elements of a type.
  public init(of bytes: RawSpan, _ dtype: DType) {
    var histograms = PlaneHistograms(dtype)
    histograms.add(bytes)
    symbolCount = histograms.symbolCount
    bits = histograms.orderZeroBits
  }
}

/// How often each symbol of each plane occurs.
private struct PlaneHistograms {
  private let layout: ElementPlanes
  private let isWide: Bool
  private var counts: [[UInt64]]
  private(set) var symbolCount = 0

  init(_ dtype: DType) {
    layout = ElementPlanes(dtype)
    isWide = dtype == .i16 || dtype == .u16
    counts =
      isWide
      ? [[UInt64](repeating: 0, count: 1 << 16)]
      : [[UInt64]](repeating: [UInt64](repeating: 0, count: 256), count: layout.width)
  }

  mutating func add(_ bytes: RawSpan) {
    let planes = layout.split(bytes)
    let count = planes.count / layout.width
    symbolCount += isWide ? count : planes.count
    guard !isWide else {
      for index in 0..<count {
        counts[0][Int(planes[index]) << 8 | Int(planes[count + index])] += 1
      }
      return
    }
    for plane in 0..<layout.width {
      for index in (plane * count)..<((plane + 1) * count) {
        counts[plane][Int(planes[index])] += 1
      }
    }
  }

  var orderZeroBits: Double {
    counts.reduce(0) { sum, counts in
      let total = Double(counts.reduce(0, +))
      return counts.reduce(sum) { sum, count in
        guard count > 0 else { return sum }
        return sum + Double(count) * (BinaryLogarithm.of(total) - BinaryLogarithm.of(Double(count)))
      }
    }
  }
}
