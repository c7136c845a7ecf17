internal import Diagnostics
internal import TensorCore

/// Coding 5: integers in the directory itself, each after its column's mean magnitude and the one
/// before it in its row.
struct AdaptiveCoding {
  private let columns: Int
  private var means: [Int]
  private var position = 0
  private var last = 0
  private static let contexts = 12

  init(_ geometry: StreamGeometry) {
    columns = max(geometry.columns, 1)
    means = [Int](repeating: 0, count: min(columns, geometry.count))
  }

  /// What the next number's probabilities depend on.
  private var field: Int {
    if position % columns == 0 { return field(0) }
    return field(last)
  }

  private func field(_ last: Int) -> Int {
    let (a, b) = (means[position % columns], last)
    return CodedField.magnitude + Self.contexts * min(Self.digits(a), 11) + min(Self.digits(b), 11)
  }

  private static func digits(_ value: Int) -> Int { Int.bitWidth - value.leadingZeroBitCount }

  private mutating func learn(_ magnitude: Int) {
    let column = position % columns
    means[column] += (16 * magnitude - means[column]) >> 3
    last = magnitude
    position += 1
  }

  mutating func write(_ value: Int, to encoder: inout AdaptiveEncoder) {
    encoder.number(Int(value.magnitude), field)
    if value != 0 { encoder.flag(value < 0, CodedField.isNegative) }
    learn(Int(value.magnitude))
  }

  mutating func read(from decoder: inout AdaptiveDecoder, limit: Int) throws(Rejection) -> Int {
    let magnitude = try decoder.number(field, limit: limit + 1)
    let isNegative = magnitude > 0 ? try decoder.flag(CodedField.isNegative) : false
    try require(
      magnitude <= limit || isNegative, EntropyRules.damagedDescription,
      "an adaptively coded number is \(magnitude)")
    learn(magnitude)
    return isNegative ? -magnitude : magnitude
  }
}

extension AdaptiveCoding {
  static func write(
    _ block: SymbolBlock, _ geometry: StreamGeometry, to encoder: inout AdaptiveEncoder
  ) {
    var coding = AdaptiveCoding(geometry)
    for symbol in block.symbols { coding.write(block.least + Int(symbol), to: &encoder) }
  }

  static func read(
    _ dtype: DType, _ geometry: StreamGeometry, from decoder: inout AdaptiveDecoder
  ) throws(Rejection) -> [UInt8] {
    try require(
      dtype == .i8 || dtype == .i16, EntropyRules.damagedDescription,
      "adaptive coding of \(dtype.rawValue)")
    try require(
      geometry.columns <= mostColumns, EntropyRules.damagedDescription,
      "adaptive coding of \(geometry.columns) columns")
    var coding = AdaptiveCoding(geometry)
    var bytes: [UInt8] = []
    for _ in 0..<geometry.count {
      let value = try coding.read(from: &decoder, limit: dtype == .i8 ? 127 : 32767)
      bytes.append(UInt8(truncatingIfNeeded: value))
      if dtype == .i16 { bytes.append(UInt8(truncatingIfNeeded: value >> 8)) }
    }
    return bytes
  }

  /// Each column has a mean, for which room is made before the first symbol comes.
  static let mostColumns = 1 << 20
}
