internal import Diagnostics
internal import TensorCore

/// How one stream of symbols is coded: the alphabet, the classes, the model and the chunks.
public struct StreamDescription: Sendable {
  /// A chunk's symbols; the last one's are what is left.
  public static let chunkSymbols = 1 << 20

  /// The most frequencies of all tables: what a hostile file can make a reader compute.
  static let mostFrequencies = 1 << 20

  /// The most rows or columns that have classes, each of which takes a byte of a reader's memory.
  static let mostClasses = 1 << 26

  /// The rows and columns.
  public let geometry: StreamGeometry
  var alphabet: Alphabet
  /// Bits of each symbol, the lowest, that follow a chunk's words as they are.
  var lowBits = 0
  /// A class for each row, or none.
  var rowClasses: [UInt8] = []
  /// A class for each column, or none.
  var columnClasses: [UInt8] = []
  /// The states of the trellis that the codes run through; 0 without one.
  var trellisStates = 0
  var model: any ProbabilityModel
  /// The logarithm to base 2 of the number of lanes.
  var laneBits = 0
  /// The bytes of each chunk.
  public internal(set) var chunkLengths: [Int] = []

  /// The lanes that a chunk is decoded with at a time.
  var lanes: Int { 1 << laneBits }
  /// How many sums of a row's and a column's class there can be.
  var widthCount: Int {
    Int(rowClasses.max() ?? 0) + Int(columnClasses.max() ?? 0) + 1
  }
  /// The frequencies of all tables.
  var frequencyCount: Int { widthCount * alphabet.supersetCount * alphabet.symbolCount }
  /// The probabilities of shapes that the tables take. What a histogram takes it spells out.
  var tableWork: Int { model.number * frequencyCount }
  /// Whether every symbol is of class 0.
  var hasOneClass: Bool { rowClasses.isEmpty && columnClasses.isEmpty && trellisStates == 0 }
  /// The bytes of all chunks.
  public var byteCount: Int { chunkLengths.reduce(0, +) }
  /// What the model is called.
  public var modelName: String {
    let classes = [
      rowClasses.isEmpty ? nil : "rows", columnClasses.isEmpty ? nil : "columns",
      trellisStates == 0 ? nil : "trellis",
    ].compactMap(\.self)
    return classes.isEmpty ? model.id : "\(model.id) by \(classes.joined(separator: ", "))"
  }

  /// The chunks of `count` symbols.
  static func chunkCount(of count: Int) -> Int { (count + chunkSymbols - 1) / chunkSymbols }

  /// The symbols of a chunk.
  func range(ofChunk index: Int) -> Range<Int> {
    let start = index * Self.chunkSymbols
    return start..<min(start + Self.chunkSymbols, geometry.count)
  }

  /// The tables; throws B08 for a model that gives none.
  func tables() throws(Rejection) -> FrequencyTables {
    try model.tables(alphabet, widthCount: widthCount)
  }
}

extension StreamDescription {
  private static let rowsFlag = 1
  private static let columnsFlag = 2
  private static let trellisFlag = 4

  /// Writes everything but the number of lanes and the lengths of the chunks.
  func writeModel(to encoder: inout AdaptiveEncoder) {
    encoder.number(alphabet.precision, CodedField.precision)
    encoder.signed(alphabet.leastSymbol, CodedField.leastSymbol)
    encoder.number(alphabet.symbolCount - 1, CodedField.symbolCount)
    encoder.number(lowBits, CodedField.lowBits)
    encoder.number(
      (rowClasses.isEmpty ? 0 : Self.rowsFlag) + (columnClasses.isEmpty ? 0 : Self.columnsFlag)
        + (trellisStates == 0 ? 0 : Self.trellisFlag), CodedField.classFlags)
    for value in rowClasses { encoder.number(Int(value), CodedField.rowClass) }
    for value in columnClasses { encoder.number(Int(value), CodedField.columnClass) }
    if trellisStates > 0 {
      encoder.number(trellisStates.trailingZeroBitCount, CodedField.trellis)
    }
    encoder.number(model.number, CodedField.model)
    model.write(to: &encoder, alphabet)
  }

  /// Writes the description to a directory.
  func write(to encoder: inout AdaptiveEncoder) {
    writeModel(to: &encoder)
    encoder.number(laneBits, CodedField.lanes)
    for length in chunkLengths { encoder.number(length, CodedField.chunkLength) }
  }

  /// Reads the description of a stream; throws B05 for one that cannot be.
  init(
    from decoder: inout AdaptiveDecoder, geometry: StreamGeometry
  ) throws(Rejection) {
    let precision = try decoder.number(CodedField.precision, limit: 15)
    try require(
      precision >= 8, EntropyRules.damagedDescription, "a precision of \(precision) bits")
    let least = try decoder.signed(CodedField.leastSymbol, limit: 1 << 16)
    let count = 1 + (try decoder.number(CodedField.symbolCount, limit: (1 << precision) - 1))
    let lowBits = try decoder.number(CodedField.lowBits, limit: 8)
    try require(
      (count - 1) << lowBits < 1 << 16, EntropyRules.damagedDescription,
      "\(count) symbols with \(lowBits) low bits")
    let flags = try decoder.number(CodedField.classFlags, limit: 7)
    var alphabet = Alphabet(
      precision: precision, leastSymbol: least, symbolCount: count, supersetCount: 1)
    let rowClasses = try Self.classes(
      flags & Self.rowsFlag != 0, geometry.rows, CodedField.rowClass, from: &decoder)
    let columnClasses = try Self.classes(
      flags & Self.columnsFlag != 0, geometry.columns, CodedField.columnClass, from: &decoder)
    var states = 0
    if flags & Self.trellisFlag != 0 {
      states = 1 << (try decoder.number(CodedField.trellis, limit: 8))
      try require(
        Trellis(states: states) != nil && lowBits == 0, EntropyRules.damagedDescription,
        "a trellis of \(states) states and \(lowBits) low bits")
      alphabet.supersetCount = 2
    }
    let widthCount = Int(rowClasses.max() ?? 0) + Int(columnClasses.max() ?? 0) + 1
    try require(
      widthCount <= 256 && widthCount * alphabet.supersetCount * count <= Self.mostFrequencies,
      EntropyRules.damagedDescription, "\(widthCount) classes of widths for \(count) symbols")
    let kind = try decoder.number(CodedField.model, limit: ShapeMixture.maximumShapes)
    let model = try ProbabilityModels.read(
      kind, from: &decoder, alphabet, widthCount: widthCount)
    self.init(
      geometry: geometry, alphabet: alphabet, lowBits: lowBits, rowClasses: rowClasses,
      columnClasses: columnClasses, trellisStates: states, model: model)
    laneBits = try decoder.number(CodedField.lanes, limit: 6)
    try require(
      states == 0 || lanes <= geometry.columns || geometry.count == 0,
      EntropyRules.damagedDescription,
      "a trellis over \(geometry.columns) columns in \(lanes) lanes")
    for _ in 0..<Self.chunkCount(of: geometry.count) {
      chunkLengths.append(try decoder.number(CodedField.chunkLength, limit: 1 << 32))
    }
  }

  /// Throws B05 unless every symbol that can be decoded is one that the type has.
  func requireSymbols(in range: ClosedRange<Int>) throws(Rejection) {
    let shifted = (range.lowerBound >> lowBits)...(range.upperBound >> lowBits)
    let greatest = alphabet.leastSymbol + alphabet.symbolCount - 1
    try require(
      shifted.contains(alphabet.leastSymbol) && shifted.contains(greatest),
      EntropyRules.damagedDescription,
      "symbols from \(alphabet.leastSymbol) to \(greatest), of which there are only \(shifted)")
  }

  private static func classes(
    _ isPresent: Bool, _ count: Int, _ field: Int, from decoder: inout AdaptiveDecoder
  ) throws(Rejection) -> [UInt8] {
    guard isPresent else { return [] }
    try require(
      count <= mostClasses, EntropyRules.damagedDescription, "classes of \(count) rows or columns")
    var classes: [UInt8] = []
    // The count may lie, so room is made as classes come.
    while classes.count < count {
      classes.append(UInt8(truncatingIfNeeded: try decoder.number(field, limit: 255)))
    }
    return classes
  }
}
