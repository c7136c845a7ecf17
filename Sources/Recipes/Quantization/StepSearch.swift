internal import Diagnostics

/// Finds the step with which a result just meets its limit: bytes that must not be exceeded, or a
/// divergence. What is measured falls (bytes) or rises (divergence) with the step, but for noise.
struct StepSearch {
  /// What came of one step.
  struct Point {
    let octaves: Double
    let value: Double
  }

  /// The most that is allowed.
  let limit: Double
  /// How far below the limit is near enough.
  let slack: Double
  /// By how much the value changes for a step twice as large, roughly; its sign is the direction.
  let perOctave: Double
  /// More tries than this would not help.
  private static let mostTries = 16
  /// The steps that are tried lie within these octaves of the first.
  private static let reach = 12.0

  /// The points that were tried, in order.
  private(set) var points: [Point] = []

  init(limit: Double, slack: Double, perOctave: Double) {
    self.limit = limit
    self.slack = slack
    self.perOctave = perOctave
  }

  /// The step of so many octaves above 1, the same on every machine.
  static func factor(_ octaves: Double) -> Double {
    // In 2^-20 octaves: an exact power of two and at most twenty square roots of it.
    let units = Int((octaves * 1_048_576).rounded())
    var factor = Double(sign: .plus, exponent: units >> 20, significand: 1)
    var root = 2.0
    for bit in (0..<20).reversed() {
      root = root.squareRoot()
      if units >> bit & 1 == 1 { factor *= root }
    }
    return factor
  }

  /// The best point within the limit; nil where there is none. `measure` is given octaves above the
  /// first step.
  mutating func run(_ measure: (Double) throws(Rejection) -> Double) throws(Rejection) -> Point? {
    var next = 0.0
    for _ in 0..<Self.mostTries {
      let point = Point(octaves: next, value: try measure(next))
      points.append(point)
      if point.value <= limit, point.value >= limit - slack { return point }
      guard let step = self.next(), abs(step) <= Self.reach,
        points.allSatisfy({ abs($0.octaves - step) > 1e-6 })
      else { break }
      next = step
    }
    return within.max { $0.value < $1.value }
  }

  private var within: [Point] { points.filter { $0.value <= limit } }

  /// Neighbours of which one is within the limit and one beyond; of several such pairs the one with
  /// the most within.
  private var bracket: (within: Point, beyond: Point)? {
    let ordered = points.sorted { $0.octaves < $1.octaves }
    return zip(ordered, ordered.dropFirst())
      .filter { ($0.value <= limit) != ($1.value <= limit) }
      .map { $0.value <= limit ? ($0, $1) : ($1, $0) }
      .max { $0.0.value < $1.0.value }
  }

  /// Where to look next: between the nearest points on both sides, else along the usual slope.
  private func next() -> Double? {
    // Aims at the middle of what is near enough.
    let aim = limit - slack / 2
    guard let (low, high) = bracket else {
      guard let last = points.last else { return 0 }
      var change = (aim - last.value) / perOctave
      if let before = points.dropLast().last {
        // Finer steps than the finest change nothing.
        guard last.octaves > before.octaves || last.value != before.value else { return nil }
        // What changed less than usual needs longer strides.
        let stride = abs(last.octaves - before.octaves)
        change = change < 0 ? min(change, -2 * stride) : max(change, 2 * stride)
      }
      return last.octaves + max(-3, min(3, change))
    }
    // Closer than this, noise decides.
    guard abs(low.octaves - high.octaves) > 1e-3 else { return nil }
    let share = (aim - low.value) / (high.value - low.value)
    // Not at the ends, where noise would hold it; over a long way the middle is a safer guess.
    let margin = abs(low.octaves - high.octaves) > 1 ? 0.25 : 0.05
    let inside = max(margin, min(1 - margin, share))
    return low.octaves + (high.octaves - low.octaves) * inside
  }
}
