internal import Glibc

/// Where numbers lie along a side of a chart, evenly or by their logarithms.
public struct Axis: Sendable {
  /// The numbers at the ends, or their logarithms.
  private let low: Double
  private let high: Double
  private let start: Double
  private let end: Double
  private var isLogarithmic = false

  /// An axis that runs from `start` to `end` in the drawing, wide enough for all `values`.
  public init(over values: [Double], from start: Double, to end: Double) {
    let finite = values.filter(\.isFinite)
    let (low, high) = (finite.min() ?? 0, finite.max() ?? 1)
    // A single value lies in the middle.
    let margin = high > low ? (high - low) * 0.06 : max(high.magnitude * 0.1, 0.5)
    self.init(exactly: (low - margin)...(high + margin), from: start, to: end)
  }

  /// An axis with these numbers at its ends.
  public init(exactly range: ClosedRange<Double>, from start: Double, to end: Double) {
    (low, high) = (range.lowerBound, range.upperBound)
    (self.start, self.end) = (start, end)
  }

  /// An axis of logarithms between whole powers of ten around `values`; nil unless all are above 0.
  public init?(powersAround values: [Double], from start: Double, to end: Double) {
    guard !values.isEmpty, values.allSatisfy({ $0 > 0 && $0.isFinite }) else { return nil }
    let exponents = values.map { log10($0) }
    let low = (exponents.min() ?? 0).rounded(.down)
    let high = (exponents.max() ?? 1).rounded(.up)
    self.init(exactly: low...(high > low ? high : low + 1), from: start, to: end)
    isLogarithmic = true
  }

  /// Where a number lies.
  public func position(_ value: Double) -> Double {
    let place = isLogarithmic ? log10(value) : value
    guard high > low else { return (start + end) / 2 }
    return start + (place - low) / (high - low) * (end - start)
  }

  /// Round numbers along the axis, about as many as asked for; powers of ten on one of logarithms.
  public func ticks(about count: Int) -> [Double] {
    guard high > low, count > 0 else { return [low] }
    guard !isLogarithmic else {
      return Array(stride(from: low, through: high, by: 1)).map { pow(10, $0) }
    }
    let raw = (high - low) / Double(count)
    let power = pow(10, log10(raw).rounded(.down))
    let step = ([1, 2, 5].map { $0 * power }.first { $0 >= raw }) ?? 10 * power
    let (first, last) = ((low / step).rounded(.up), (high / step).rounded(.down))
    guard first <= last else { return [] }
    return stride(from: first, through: last, by: 1).map { $0 * step }
  }
}
