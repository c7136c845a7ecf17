internal import EntropyCoding
internal import TensorOps

/// The distances between the points of a grid: one factor for each row, one for each column.
///
/// What one column's error adds to the layer's, after feedback, is its square over that of the
/// factor's diagonal element U (Frantar et al. 2023), and what one row's adds to the divergence is
/// weighed by the Fisher information h of its output. So steps in proportion to U / √h let every
/// weight add the same (reverse waterfilling).
struct GridSteps {
  /// Powers of two with quarters; a single 1 where rows are alike.
  let rows: [Float]
  /// Powers of two with eighths.
  let columns: [Float]
  /// Whether a step is nearer to the mean than it should be, or within a type that it would leave.
  let isLimited: Bool

  /// How far a step may be from the matrix' mean one, in octaves.
  private static let mostOctaves = 4.0

  /// Steps whose geometric mean is `spacing`. With `waterfilled` columns have their own.
  init(
    _ weight: Weight, _ feedback: ErrorFeedback, spacing: Double, waterfilled: Bool,
    output: OutputStatistics?
  ) {
    var exponents = [Double](repeating: BinaryLogarithm.of(spacing), count: weight.columns)
    var octaves = output.map(Self.octaves) ?? []
    if waterfilled {
      let logarithms = feedback.factor.diagonal.map { BinaryLogarithm.of($0) }
      let live = feedback.order.indices.filter {
        !feedback.deadColumns.contains(feedback.order[$0])
      }
      let mean = live.reduce(0) { $0 + logarithms[$1] } / Double(max(live.count, 1))
      for place in live {
        octaves.append(logarithms[place] - mean)
        exponents[feedback.order[place]] += Self.limited(logarithms[place] - mean)
      }
    }
    let bounds = Self.exponents(of: weight)
    isLimited =
      exponents.contains { !bounds.contains($0) } || octaves.contains { Self.limited($0) != $0 }
    columns = exponents.map {
      let exponent = max(bounds.lowerBound, min(bounds.upperBound, $0))
      return Float(OctaveFraction.power(Int((exponent * 8).rounded()), steps: 3))
    }
    rows = output.map(Self.rows) ?? [1]
  }

  /// The logarithms of steps that leave room, within single precision, for the rows' steps and the
  /// square of their product, and above them for 64 points in the type that is decoded to.
  private static func exponents(of weight: Weight) -> ClosedRange<Double> {
    -100...(BinaryLogarithm.of(weight.greatestDecoded) - mostOctaves - 6)
  }

  /// The root mean square of a weight's elements in these distances.
  func deviation(of weight: Weight) -> Double {
    var sum = 0.0
    for row in 0..<weight.rows {
      let scale = Double(rows.count == 1 ? rows[0] : rows[row])
      for column in 0..<weight.columns {
        let ratio =
          Double(weight.elements[row * weight.columns + column]) / (scale * Double(columns[column]))
        sum += ratio * ratio
      }
    }
    return (sum / Double(max(weight.elements.count, 1))).squareRoot()
  }

  /// The largest of a weight's elements in these distances.
  func largest(of weight: Weight) -> Double {
    var largest = 0.0
    for row in 0..<weight.rows {
      let scale = Double(rows.count == 1 ? rows[0] : rows[row])
      for column in 0..<weight.columns {
        let element = Double(weight.elements[row * weight.columns + column])
        largest = max(largest, abs(element) / (scale * Double(columns[column])))
      }
    }
    return largest
  }

  private static func rows(_ output: OutputStatistics) -> [Float] {
    let octaves = octaves(output)
    guard !octaves.isEmpty else { return [1] }
    return octaves.map {
      Float(OctaveFraction.power(Int((limited($0) * 4).rounded()), steps: 2))
    }
  }

  /// How far the step of each row should be from their mean, in octaves; none where nothing is
  /// known of any.
  private static func octaves(_ output: OutputStatistics) -> [Double] {
    let logarithms = output.squares.map { $0 > 0 ? -BinaryLogarithm.of($0) / 2 : nil }
    let known = logarithms.compactMap(\.self)
    guard !known.isEmpty else { return [] }
    let mean = known.reduce(0, +) / Double(known.count)
    return logarithms.map { ($0 ?? mean + mostOctaves) - mean }
  }

  private static func limited(_ octaves: Double) -> Double {
    max(-mostOctaves, min(mostOctaves, octaves))
  }
}

extension Weight {
  /// The step that is 1 for every weight of a model alike, in units of this one: the geometric mean
  /// of U over that of √h, U the factor's diagonal for second moments per token. Nil where
  /// nothing is known of either.
  func fisherStep(_ feedback: ErrorFeedback, _ output: OutputStatistics) -> Double? {
    guard let input else { return nil }
    let live = feedback.order.indices.filter { !feedback.deadColumns.contains(feedback.order[$0]) }
    let known = output.squares.filter { $0 > 0 }
    guard !live.isEmpty, !known.isEmpty, input.rowCount > 0 else { return nil }
    let columns = live.reduce(0) { $0 + BinaryLogarithm.of(feedback.factor[$1, $1]) }
    let rows = known.reduce(0) { $0 + BinaryLogarithm.of($1) }
    let octaves =
      columns / Double(live.count) + BinaryLogarithm.of(Double(input.rowCount)) / 2
      - rows / Double(known.count) / 2
    return OctaveFraction.power(Int((octaves * 64).rounded()), steps: 6)
  }
}
