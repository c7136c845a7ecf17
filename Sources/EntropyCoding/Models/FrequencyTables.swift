public import Diagnostics

/// Frequencies of symbols, one table for each class, that rANS codes with.
public struct FrequencyTables: Sendable {
  /// Frequencies of a class add up to two to the power of this, or all are 0 where it is unused.
  public let precision: Int
  /// The symbols, 0 ..< `symbolCount`.
  public let symbolCount: Int
  /// The tables.
  public let classCount: Int
  /// Class after class.
  public let frequencies: [UInt32]

  /// Checks and keeps tables; throws B08 for one that is neither complete nor empty.
  public init(precision: Int, symbolCount: Int, frequencies: [UInt32]) throws(Rejection) {
    precondition(symbolCount > 0 && frequencies.count % symbolCount == 0, "whole tables")
    self.precision = precision
    self.symbolCount = symbolCount
    classCount = frequencies.count / symbolCount
    self.frequencies = frequencies
    for index in 0..<classCount {
      let sum = self[index].reduce(0) { $0 + Int($1) }
      try require(
        sum == 0 || sum == 1 << precision, EntropyRules.impossibleTable,
        "the frequencies of class \(index) add up to \(sum), not to \(1 << precision)")
    }
  }

  /// The frequencies of a class.
  public subscript(index: Int) -> ArraySlice<UInt32> {
    frequencies[(index * symbolCount)..<((index + 1) * symbolCount)]
  }

  /// The bits that coding takes where `counts` says how often each symbol of each class occurs;
  /// nil where one occurs that has no frequency.
  public func bitCount(of counts: [UInt32]) -> Double? {
    var bits = 0.0
    for (count, frequency) in zip(counts, frequencies) where count > 0 {
      guard frequency > 0 else { return nil }
      bits += Double(count) * (Double(precision) - BinaryLogarithm.of(frequency))
    }
    return bits
  }
}

extension FrequencyTables {
  /// The frequencies nearest to weights, none of them zero where the weight is not: rounded, and
  /// the difference to the sum added to the first largest. Nil where that does not work.
  static func normalized(_ weights: ArraySlice<Double>, precision: Int) -> [UInt32]? {
    var sum = 0.0
    for weight in weights { sum += weight }
    guard sum > 0, sum.isFinite else { return nil }
    let total = Double(1 << precision)
    var frequencies: [Int] = []
    frequencies.reserveCapacity(weights.count)
    for weight in weights {
      let rounded = Int(weight / sum * total + 0.5)
      frequencies.append(rounded == 0 && weight > 0 ? 1 : rounded)
    }
    return complete(&frequencies, precision: precision)
  }

  /// Adds what is missing to the first largest; nil where that leaves it nothing.
  static func complete(_ frequencies: inout [Int], precision: Int) -> [UInt32]? {
    guard let largest = frequencies.max(), let index = frequencies.firstIndex(of: largest) else {
      return nil
    }
    frequencies[index] += (1 << precision) - frequencies.reduce(0, +)
    guard frequencies[index] >= 0, frequencies[index] <= 1 << precision else { return nil }
    return frequencies.map(UInt32.init)
  }
}
