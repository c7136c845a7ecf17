/// Classes of rows and columns by how widely their symbols spread, chosen so that what they save
/// pays for writing them.
struct WidthClasses {
  var rows: [UInt8] = []
  var columns: [UInt8] = []

  /// Eight classes double the width: classes count quarter powers of two of the variance.
  private static let stepsPerOctaveOfVariance = 4.0
  private static let largestClass = 100.0
  /// Variances below that of a symbol that is always the same say nothing.
  private static let leastVariance = 0.02

  /// Fits classes to the squared distances of symbols from their middle.
  init(
    _ squares: [Float], _ geometry: StreamGeometry, rows wantsRows: Bool, columns wantsColumns: Bool
  ) {
    var rowVariances = [Double](repeating: 1, count: geometry.rows)
    var columnVariances = [Double](repeating: 1, count: geometry.columns)
    for _ in 0..<(wantsRows && wantsColumns ? 3 : 1) {
      if wantsColumns {
        columnVariances = Self.means(squares, geometry, ofRowsDividedBy: rowVariances)
      }
      if wantsRows {
        rowVariances = Self.means(squares, geometry, ofColumnsDividedBy: columnVariances)
      }
    }
    if wantsColumns {
      columns = Self.classes(columnVariances, symbolsOfEach: geometry.rows)
      let known = columns.map(Self.relativeVariance)
      if wantsRows {
        rowVariances = Self.means(squares, geometry, ofColumnsDividedBy: known)
      }
    }
    if wantsRows { rows = Self.classes(rowVariances, symbolsOfEach: geometry.columns) }
  }

  private static func relativeVariance(_ value: UInt8) -> Double {
    OctaveFraction.power(Int(value), steps: 2)
  }

  /// For each column the mean over its rows, each divided by the row's variance.
  private static func means(
    _ squares: [Float], _ geometry: StreamGeometry, ofRowsDividedBy variances: [Double]
  ) -> [Double] {
    var sums = [Double](repeating: 0, count: geometry.columns)
    for row in 0..<geometry.rows {
      let factor = 1 / variances[row]
      let start = row * geometry.columns
      for column in 0..<geometry.columns {
        sums[column] += Double(squares[start + column]) * factor
      }
    }
    return sums.map { max($0 / Double(geometry.rows), leastVariance) }
  }

  /// For each row the mean over its columns, each divided by the column's variance.
  private static func means(
    _ squares: [Float], _ geometry: StreamGeometry, ofColumnsDividedBy variances: [Double]
  ) -> [Double] {
    let factors = variances.map { 1 / $0 }
    return (0..<geometry.rows).map { row in
      let start = row * geometry.columns
      var sum = 0.0
      for column in 0..<geometry.columns {
        sum += Double(squares[start + column]) * factors[column]
      }
      return max(sum / Double(geometry.columns), leastVariance)
    }
  }

  /// Quantizes variances: for each the class that costs least, its own code length included.
  ///
  /// n Gaussian symbols of variance v cost n/2 · (log2 V + v / (V ln 2)) bits under a table of
  /// variance V.
  private static func classes(_ variances: [Double], symbolsOfEach count: Int) -> [UInt8] {
    let levels = variances.map { stepsPerOctaveOfVariance * BinaryLogarithm.of($0) }
    guard let least = levels.min() else { return [] }
    var chosen = levels.map { Int(min(($0 - least + 0.5), largestClass)) }
    let weight = Double(count) / 2
    for _ in 0..<4 {
      let lengths = codeLengths(of: chosen)
      for index in chosen.indices {
        let exact = min(levels[index] - least, largestClass)
        let last = lengths.count - 1
        let around = min(max(Int(exact) - 6, 0), last)...min(Int(exact) + 7, last)
        var best = (bits: Double.infinity, value: chosen[index])
        for value in around {
          let excess = exact - Double(value)
          // v / V is a power of two of what v is above V.
          let ratio = OctaveFraction.power(Int((excess * 16).rounded(.down)), steps: 6)
          let bits =
            weight * (Double(value) / stepsPerOctaveOfVariance + ratio * 1.4426950408889634)
            + lengths[value]
          if bits < best.bits { best = (bits, value) }
        }
        chosen[index] = best.value
      }
    }
    let first = chosen.min() ?? 0
    return chosen.map { UInt8($0 - first) }
  }

  /// The bits that writing each class takes, as an adaptive coder learns them.
  private static func codeLengths(of chosen: [Int]) -> [Double] {
    var counts = [Double](repeating: 0.05, count: (chosen.max() ?? 0) + 2)
    for value in chosen { counts[value] += 1 }
    let sum = counts.reduce(0, +)
    return counts.map { BinaryLogarithm.of(sum) - BinaryLogarithm.of($0) }
  }
}
