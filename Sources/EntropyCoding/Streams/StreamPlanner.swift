public import TensorCore

/// Chooses how a stream is coded: by the bits that each way takes, its own description included.
public struct StreamPlanner {
  private let block: SymbolBlock
  private let geometry: StreamGeometry
  private let trellis: Trellis?
  private let lowBits: Int
  private let alphabet: Alphabet
  /// Shifted right by the low bits.
  private let symbols: [UInt16]

  /// More symbols than this are told apart by low bits that no model is worth.
  private static let mostSymbols = 4096
  /// More symbols than this get a width, but no shape of their own.
  private static let mostFittedSymbols = 512
  /// Neither do fewer symbols than this.
  private static let fewestFitted = 16_384
  /// Histograms of many classes never pay for writing more frequencies than this.
  private static let mostHistogramEntries = 4096
  /// Classes never pay for more frequencies than this for each bit of the symbols, and a reader
  /// refuses a file that makes it compute far more.
  private static let mostWorkPerBit = 4.0

  /// A planner for symbols in rows and columns, which run through a trellis or not.
  public init(_ block: SymbolBlock, _ geometry: StreamGeometry, trellis: Trellis? = nil) {
    self.block = block
    self.geometry = geometry
    self.trellis = trellis
    var lowBits = 0
    while trellis == nil, block.span >> lowBits > Self.mostSymbols { lowBits += 1 }
    self.lowBits = lowBits
    let least = block.least >> lowBits
    let excess = block.least - least << lowBits
    symbols =
      lowBits == 0
      ? block.symbols : block.symbols.map { UInt16((Int($0) + excess) >> lowBits) }
    let count = Int(symbols.max() ?? 0) + 1
    alphabet = Alphabet(
      precision: count > 512 ? 15 : 14, leastSymbol: least, symbolCount: count,
      supersetCount: trellis == nil ? 1 : 2)
  }

  /// The symbols to code: less the least multiple of the low bits' unit.
  public var offsets: [UInt16] {
    let excess = block.least - alphabet.leastSymbol << lowBits
    return excess == 0 ? block.symbols : block.symbols.map { $0 &+ UInt16(excess) }
  }

  /// The description that costs least, without lengths, and its bits; nil where symbols as they are
  /// cost less than any.
  public func plan() -> (stream: StreamDescription, bits: Double)? {
    guard alphabet.symbolCount <= 1 << alphabet.precision else { return nil }
    var best: (stream: StreamDescription, bits: Double)?
    func consider(_ stream: StreamDescription, _ data: Double) {
      var encoder = AdaptiveEncoder()
      stream.writeModel(to: &encoder)
      let bits = data + encoder.bitCount
      if bits < best?.bits ?? .infinity { best = (stream, bits) }
    }
    for (stream, data) in candidates() { consider(stream, data) }
    guard var best else { return nil }
    best.bits += Double(lowBits * symbols.count)
    best.stream.laneBits = Self.laneBits(
      byteCount: best.bits / 8 / Double(StreamDescription.chunkCount(of: symbols.count)),
      columns: trellis == nil ? .max : geometry.columns)
    return best
  }

  /// The most lanes, up to 64, whose states stay below 0.04 % of a chunk: four bytes of state carry
  /// one byte of symbols, on average.
  static func laneBits(byteCount: Double, columns: Int) -> Int {
    var bits = 0
    while bits < 6, 3 << (bits + 1) <= Int(byteCount / 2500), 2 << bits <= columns { bits += 1 }
    return bits
  }

  // MARK: Candidates

  private func candidates() -> [(StreamDescription, Double)] {
    let spread = Spread(symbols, alphabet, geometry, trellis)
    var candidates: [(StreamDescription, Double)] = []
    var fits: [(stream: StreamDescription, fit: MixtureFit, sideBits: Double)] = []
    for (rows, columns) in classChoices {
      var classes = WidthClasses(
        rows || columns ? spread.squares : [], geometry, rows: rows, columns: columns)
      if classes.rows.allSatisfy({ $0 == 0 }) { classes.rows = [] }
      if classes.columns.allSatisfy({ $0 == 0 }) { classes.columns = [] }
      var stream = description(HistogramModel(histograms: []))
      stream.rowClasses = classes.rows
      stream.columnClasses = classes.columns
      guard stream.frequencyCount <= StreamDescription.mostFrequencies else { continue }
      let counts = stream.counts(of: symbols)
      if stream.widthCount == 1 || counts.count <= Self.mostHistogramEntries,
        let histogram = HistogramModel(counting: counts, alphabet)
      {
        stream.model = histogram
        if let tables = try? stream.tables(), let bits = tables.bitCount(of: counts) {
          candidates.append((stream, bits))
        }
      }
      guard
        let fit = MixtureFit(
          counts: counts, alphabet, widthCount: stream.widthCount,
          variance: spread.variance(ofClassZeroIn: classes, geometry), location: spread.location),
        stream.widthCount == 1 || Double(stream.frequencyCount) <= Self.mostWorkPerBit * fit.bits
      else { continue }
      stream.model = MixtureModel(fit.best)
      var encoder = AdaptiveEncoder()
      stream.writeModel(to: &encoder)
      fits.append((stream, fit, encoder.bitCount))
    }
    guard var best = fits.min(by: { $0.fit.bits + $0.sideBits < $1.fit.bits + $1.sideBits }) else {
      return candidates
    }
    // A wide alphabet takes long to fit and has little to gain from it, as few symbols have.
    if alphabet.symbolCount <= Self.mostFittedSymbols, symbols.count >= Self.fewestFitted {
      best.fit.refine()
    }
    best.stream.model = MixtureModel(best.fit.best)
    return candidates + [(best.stream, best.fit.bits)]
  }

  /// Which of rows and columns may have classes: none where there are too few symbols to tell.
  private var classChoices: [(rows: Bool, columns: Bool)] {
    guard geometry.rows > 1, geometry.columns > 1, symbols.count >= 2048, alphabet.symbolCount > 2,
      max(geometry.rows, geometry.columns) <= StreamDescription.mostClasses
    else { return [(false, false)] }
    return [(false, false), (false, true), (true, false), (true, true)]
  }

  private func description(_ model: any ProbabilityModel) -> StreamDescription {
    StreamDescription(
      geometry: geometry, alphabet: alphabet, lowBits: lowBits,
      trellisStates: trellis?.states ?? 0, model: model)
  }
}

/// Where symbols lie and how far from their middle.
private struct Spread {
  /// In 1/16 of a symbol.
  let location: Int
  /// Of each symbol's distance from the middle.
  let squares: [Float]

  init(
    _ symbols: [UInt16], _ alphabet: Alphabet, _ geometry: StreamGeometry, _ trellis: Trellis?
  ) {
    let spacing = Float(alphabet.supersetCount)
    var sum = 0.0
    for symbol in symbols { sum += Double(symbol) }
    let mean = Double(alphabet.leastSymbol) + sum / Double(max(symbols.count, 1))
    // Under a trellis half of the points lie one above twice their code.
    let middle = trellis == nil ? mean : 2 * mean + 0.5
    location = middle.magnitude < 0.25 ? 0 : Int((16 * middle).rounded())
    let origin =
      Float(alphabet.leastSymbol) * spacing - Float(location) / 16
      + (trellis == nil ? 0 : 0.5)
    squares = symbols.map { symbol in
      let distance = origin + spacing * Float(symbol)
      return distance * distance
    }
  }

  /// The mean square of what is left when rows and columns are divided by the widths of their
  /// classes.
  func variance(ofClassZeroIn classes: WidthClasses, _ geometry: StreamGeometry) -> Double {
    guard !squares.isEmpty else { return 1 }
    let columns = classes.columns.map { 1 / OctaveFraction.power(Int($0), steps: 2) }
    var sum = 0.0
    for row in 0..<geometry.rows {
      let factor =
        classes.rows.isEmpty ? 1 : 1 / OctaveFraction.power(Int(classes.rows[row]), steps: 2)
      let start = row * geometry.columns
      for column in 0..<geometry.columns {
        let square = Double(squares[start + column])
        sum += square * factor * (columns.isEmpty ? 1 : columns[column])
      }
    }
    return sum / Double(squares.count)
  }
}
