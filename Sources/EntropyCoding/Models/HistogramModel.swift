internal import Diagnostics

/// Frequencies as they were counted, written to as many digits as pay.
struct HistogramModel: ProbabilityModel {
  /// One table.
  struct Histogram: Sendable {
    /// The digits that each frequency is written to; 0 for a class that no symbol is of.
    var digits: Int
    /// The frequencies as written, before the largest gets what is missing.
    var frequencies: [Int]

    /// About how many bits writing it takes: two for the length of each number, and its digits.
    fileprivate var descriptionBits: Double {
      frequencies.reduce(0) { bits, frequency in
        let length = Int.bitWidth - 1 - (frequency + 1).leadingZeroBitCount
        return bits + 2 + Double(min(length, digits))
      }
    }
  }

  var histograms: [Histogram]
  let id = "histogram"
  let number = 0

  init(histograms: [Histogram]) { self.histograms = histograms }

  func tables(_ alphabet: Alphabet, widthCount: Int) throws(Rejection) -> FrequencyTables {
    var frequencies: [UInt32] = []
    frequencies.reserveCapacity(histograms.count * alphabet.symbolCount)
    for histogram in histograms {
      guard histogram.digits > 0 else {
        frequencies += [UInt32](repeating: 0, count: alphabet.symbolCount)
        continue
      }
      var written = histogram.frequencies
      guard let table = FrequencyTables.complete(&written, precision: alphabet.precision) else {
        throw Rejection(
          EntropyRules.impossibleTable, "the frequencies of a histogram exceed their sum")
      }
      frequencies += table
    }
    return try FrequencyTables(
      precision: alphabet.precision, symbolCount: alphabet.symbolCount, frequencies: frequencies)
  }

  func write(to encoder: inout AdaptiveEncoder, _ alphabet: Alphabet) {
    for histogram in histograms {
      encoder.number(histogram.digits, CodedField.frequencyDigits)
      guard histogram.digits > 0 else { continue }
      var field = Self.field(after: nil)
      for frequency in histogram.frequencies {
        encoder.number(frequency, field, digitLimit: histogram.digits)
        field = Self.field(after: frequency)
      }
    }
  }

  init(
    from decoder: inout AdaptiveDecoder, _ alphabet: Alphabet, widthCount: Int
  ) throws(Rejection) {
    histograms = []
    for _ in 0..<(widthCount * alphabet.supersetCount) {
      let digits = try decoder.number(CodedField.frequencyDigits, limit: 64)
      var frequencies: [Int] = []
      var field = Self.field(after: nil)
      if digits > 0 {
        frequencies.reserveCapacity(alphabet.symbolCount)
        for _ in 0..<alphabet.symbolCount {
          let frequency = try decoder.number(
            field, digitLimit: digits, limit: 1 << alphabet.precision)
          frequencies.append(frequency)
          field = Self.field(after: frequency)
        }
      }
      histograms.append(Histogram(digits: digits, frequencies: frequencies))
    }
  }

  /// Neighbouring frequencies are alike: what is learnt of one depends on the length of the last.
  private static func field(after frequency: Int?) -> Int {
    guard let frequency else { return CodedField.frequency }
    let digits = Int.bitWidth - (frequency + 1).leadingZeroBitCount
    return CodedField.frequency + min(digits, 15)
  }
}

extension HistogramModel {
  /// The model of counted symbols that costs least in all, its own description included.
  init?(counting counts: [UInt32], _ alphabet: Alphabet) {
    histograms = []
    for start in stride(from: 0, to: counts.count, by: alphabet.symbolCount) {
      let slice = counts[start..<(start + alphabet.symbolCount)]
      guard let histogram = Self.best(slice, alphabet) else { return nil }
      histograms.append(histogram)
    }
  }

  private static func best(_ counts: ArraySlice<UInt32>, _ alphabet: Alphabet) -> Histogram? {
    guard counts.contains(where: { $0 > 0 }) else { return Histogram(digits: 0, frequencies: []) }
    var best: (bits: Double, histogram: Histogram)?
    for digits in 1...10 {
      guard let histogram = rounded(counts, alphabet, digits: digits),
        let model = try? HistogramModel(histograms: [histogram]).tables(alphabet, widthCount: 1),
        let data = model.bitCount(of: Array(counts))
      else { continue }
      let bits = data + histogram.descriptionBits
      if bits < best?.bits ?? .infinity { best = (bits, histogram) }
    }
    return best?.histogram
  }

  /// Frequencies in proportion to counts with a limited number of digits.
  private static func rounded(
    _ counts: ArraySlice<UInt32>, _ alphabet: Alphabet, digits: Int
  ) -> Histogram? {
    guard
      let exact = FrequencyTables.normalized(
        counts.map(Double.init)[...], precision: alphabet.precision)
    else { return nil }
    let frequencies = exact.map { frequency -> Int in
      // As `number` writes it: one more than the frequency, `digits` of it after the first.
      let shifted = Int(frequency) + 1
      let excess = max(0, Int.bitWidth - 1 - shifted.leadingZeroBitCount - digits)
      let rounded = ((shifted + (1 << excess) / 2) >> excess) << excess
      return max(rounded - 1, frequency > 0 ? 1 : 0)
    }
    guard frequencies.contains(where: { $0 > 0 }) else { return nil }
    var written = frequencies
    return FrequencyTables.complete(&written, precision: alphabet.precision) == nil
      ? nil : Histogram(digits: digits, frequencies: frequencies)
  }
}
