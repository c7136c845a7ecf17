import CKernels
import TestSupport
import Testing

/// Symbols that an encoder wrote come back, from every instruction set the same.
struct EntropyCoderTests {
  /// Frequencies of some classes, laid out for both directions.
  struct Tables {
    let precision: Int
    let symbolCount: Int
    let classCount: Int
    private(set) var entries: [birdie_rans_symbol] = []
    private(set) var cumulative: [UInt16] = []
    private(set) var coarse: [UInt16] = []

    /// Gaussian frequencies, every third symbol without one, coarse tables of 2^6 runs.
    init(precision: Int, symbolCount: Int, classCount: Int) {
      (self.precision, self.symbolCount, self.classCount) = (precision, symbolCount, classCount)
      for index in 0..<classCount { add(width: 1 + index * symbolCount / 8) }
      cumulative.append(0)
      coarse.append(0)
    }

    private mutating func add(width: Int) {
      let middle = symbolCount / 2
      var frequencies = (0..<symbolCount).map { symbol in
        symbol % 3 == 1 && symbol != middle
          ? 0 : max(((1 << precision) / (4 * width)) >> min((symbol - middle).magnitude, 20), 1)
      }
      frequencies[middle] += (1 << precision) - frequencies.reduce(0, +)
      let start = cumulative.count
      var sum = 0
      for frequency in frequencies {
        entries.append(
          birdie_rans_symbol(
            reciprocal: frequency > 1 ? UInt64.max / UInt64(frequency) + 1 : 0,
            inverse: frequency > 0 ? 1 / Double(frequency) : 0, frequency: UInt32(frequency),
            cumulative: UInt32(sum)))
        cumulative.append(UInt16(sum))
        sum += frequency
      }
      cumulative.append(UInt16(sum))
      var symbol = 0
      for run in 0..<64 {
        while Int(cumulative[start + symbol + 1]) <= run << (precision - 6) { symbol += 1 }
        coarse.append(UInt16(symbol))
      }
    }

    /// Symbols that have a frequency in the table of their class.
    func symbols(_ classes: [UInt16], _ random: inout SplitMix) -> [UInt16] {
      classes.map { index in
        while true {
          let symbol = Int(random.next() % UInt64(symbolCount))
          if entries[Int(index) * symbolCount + symbol].frequency > 0 { return UInt16(symbol) }
        }
      }
    }
  }

  private struct Decoded: Equatable {
    var symbols: [UInt16]
    var states: [UInt32]
    var used: Int
  }

  private func encode(
    _ symbols: [UInt16], _ classes: [UInt16], _ tables: Tables, lanes: Int,
    from states: [UInt32]? = nil, by isa: String = "portable"
  ) -> (words: [UInt16], states: [UInt32]) {
    var states = states ?? [UInt32](repeating: 1 << 16, count: lanes)
    var room = [UInt16](repeating: 0, count: max(symbols.count, 1))
    let count = room.withUnsafeMutableBufferPointer { buffer in
      kernels(isa).rans_encode(
        buffer.baseAddress.map { $0 + buffer.count }, symbols, symbols.count, classes, &states,
        lanes, tables.entries, UInt32(tables.symbolCount), UInt32(tables.precision))
    }
    return (Array(room.suffix(count)), states)
  }

  private func decode(
    _ isa: String, _ words: [UInt16], _ states: [UInt32], _ classes: [UInt16], _ tables: Tables
  ) -> Decoded {
    let wordCount = words.count
    var decoded = Decoded(
      symbols: [UInt16](repeating: 0, count: classes.count), states: states, used: 0)
    tables.coarse.withUnsafeBufferPointer { coarse in
      tables.cumulative.withUnsafeBufferPointer { cumulative in
        var layout = birdie_rans_tables(
          precision: UInt32(tables.precision), coarse_bits: 6,
          class_count: UInt32(tables.classCount), symbol_count: UInt32(tables.symbolCount),
          coarse: coarse.baseAddress, cumulative: cumulative.baseAddress)
        decoded.used = withUnaligned(words) { words in
          kernels(isa).rans_decode(
            &decoded.symbols, classes.count, classes, &decoded.states, states.count, words,
            wordCount, &layout)
        }
      }
    }
    return decoded
  }

  static let lanes = [1, 2, 4, 8, 16, 24, 32, 64]

  @Test(arguments: instructionSets, lanes)
  func `what was encoded is decoded, and every lane ends where it began`(
    isa: String, lanes: Int
  ) {
    var random = SplitMix(state: UInt64(lanes))
    for (precision, symbolCount, classCount) in [(8, 5, 1), (12, 64, 7), (15, 999, 3)] {
      let tables = Tables(
        precision: precision, symbolCount: symbolCount, classCount: classCount)
      for count in [0, 1, lanes - 1, lanes, 5 * lanes + 3, 1000] {
        let classes = (0..<count).map { _ in UInt16(random.next() % UInt64(classCount)) }
        let symbols = tables.symbols(classes, &random)
        let (words, states) = encode(symbols, classes, tables, lanes: lanes)
        let decoded = decode(isa, words, states, classes, tables)
        #expect(decoded.symbols == symbols)
        #expect(decoded.used == words.count)
        #expect(decoded.states.allSatisfy { $0 == 1 << 16 })
      }
    }
  }

  @Test(arguments: fasterInstructionSets, lanes)
  func `words of no encoder give what the definition gives`(isa: String, lanes: Int) {
    var random = SplitMix(state: 99)
    let tables = Tables(precision: 11, symbolCount: 37, classCount: 4)
    let classes = (0..<700).map { _ in UInt16(random.next() % 4) }
    let states = (0..<lanes).map { _ in UInt32.random(in: (1 << 16)...(.max), using: &random) }
    let words: [UInt16] = randomBits(700)
    #expect(
      decode(isa, words, states, classes, tables)
        == decode("portable", words, states, classes, tables))
  }

  @Test(arguments: instructionSets, lanes)
  func `too few words are told, and none beyond them is read`(isa: String, lanes: Int) {
    var random = SplitMix(state: 7)
    let tables = Tables(precision: 14, symbolCount: 63, classCount: 1)
    let classes = [UInt16](repeating: 0, count: 500)
    let (words, states) = encode(
      tables.symbols(classes, &random), classes, tables, lanes: lanes)
    for count in [0, words.count / 2, words.count - 1] {
      // The largest size, as Swift sees it.
      #expect(decode(isa, Array(words[..<count]), states, classes, tables).used == -1)
    }
  }

  @Test(arguments: fasterInstructionSets, lanes)
  func `every instruction set writes what the definition writes`(isa: String, lanes: Int) {
    var random = SplitMix(state: UInt64(7 * lanes))
    for (precision, symbolCount, classCount) in [(8, 2, 1), (12, 64, 7), (15, 3000, 3)] {
      let tables = Tables(
        precision: precision, symbolCount: symbolCount, classCount: classCount)
      for count in [0, 1, lanes, 9 * lanes + 5] {
        let classes = (0..<count).map { _ in UInt16(random.next() % UInt64(classCount)) }
        let symbols = tables.symbols(classes, &random)
        // Of every width, the greatest among them.
        let states = (0..<lanes).map { lane in
          lane == 0 ? UInt32.max : UInt32.random(in: (1 << 16)...(.max), using: &random)
        }
        let (words, last) = encode(
          symbols, classes, tables, lanes: lanes, from: states, by: isa)
        let expected = encode(symbols, classes, tables, lanes: lanes, from: states)
        #expect(words == expected.words)
        #expect(last == expected.states)
      }
    }
  }
}
