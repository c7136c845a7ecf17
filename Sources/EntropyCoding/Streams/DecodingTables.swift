internal import CKernels

/// Frequencies laid out for the decoder: for each class the sums before a symbol, and for each run
/// of slots the symbol that its first belongs to.
struct DecodingTables {
  private let coarse: [UInt16]
  private let cumulative: [UInt16]
  private let precision: Int
  private let coarseBits: Int
  private let symbolCount: Int
  private let classCount: Int
  /// Whether a class has no frequencies: no symbol may be of it.
  let isUnused: [Bool]

  /// Entries of runs, at most: 256 KiB, which a second-level cache holds.
  private static let mostRuns = 1 << 17

  /// The layout for a stream of `symbolsToCome`: the more runs, the shorter the search for a
  /// symbol, but they have to be filled first.
  init(_ tables: FrequencyTables, symbolsToCome: Int) {
    precision = tables.precision
    symbolCount = tables.symbolCount
    classCount = tables.classCount
    let limit = max(classCount << 6, min(Self.mostRuns, symbolsToCome / 4))
    var bits = precision
    while bits > 6, classCount << bits > limit { bits -= 1 }
    coarseBits = bits
    var coarse: [UInt16] = []
    var cumulative: [UInt16] = []
    var isUnused: [Bool] = []
    coarse.reserveCapacity(classCount << bits + 1)
    cumulative.reserveCapacity(classCount * (symbolCount + 1) + 1)
    for index in 0..<classCount {
      let start = cumulative.count
      var sum = 0
      for frequency in tables[index] {
        cumulative.append(UInt16(sum))
        sum += Int(frequency)
      }
      isUnused.append(sum == 0)
      // A class without frequencies gets a table that ends a search; nobody may ask it.
      cumulative.append(UInt16(1 << precision))
      var symbol = 0
      for run in 0..<(1 << bits) {
        while Int(cumulative[start + symbol + 1]) <= run << (precision - bits) { symbol += 1 }
        coarse.append(UInt16(symbol))
      }
    }
    // What reads two of them at once may read beyond the last.
    coarse.append(0)
    cumulative.append(0)
    self.coarse = coarse
    self.cumulative = cumulative
    self.isUnused = isUnused
  }

  /// Calls `body` with the tables in C's form.
  func withTables<Result>(
    _ body: (UnsafePointer<birdie_rans_tables>) -> Result
  ) -> Result {
    unsafe coarse.withUnsafeBufferPointer { coarse in
      unsafe cumulative.withUnsafeBufferPointer { cumulative in
        var tables = unsafe birdie_rans_tables(
          precision: UInt32(precision), coarse_bits: UInt32(coarseBits),
          class_count: UInt32(classCount), symbol_count: UInt32(symbolCount),
          coarse: coarse.baseAddress, cumulative: cumulative.baseAddress)
        return unsafe body(&tables)
      }
    }
  }
}
