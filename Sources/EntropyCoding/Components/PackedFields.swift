internal import TensorCore

/// Bytes as the numbers that they hold.
struct PackedFields {
  /// Of how many numbers, in how many rows.
  let layout: FieldLayout
  /// The numbers that fill whole rows.
  let block: SymbolBlock
  /// The digits beyond them.
  let rest: [UInt8]

  /// More fields than this take too much memory to choose a model for.
  private static let mostFields = 4 * ComponentEncoder.mostModelledBytes

  /// The fields of bytes; nil where there are none or too many, or a byte is more than its digits
  /// can say.
  init?(_ bytes: [UInt8], _ hint: FieldLayout) {
    let weights = hint.weights
    let count = hint.fieldCount(byteCount: bytes.count)
    guard (1...Self.mostFields).contains(count), let greatest = bytes.max(),
      Int(greatest) < hint.base * (weights.last ?? 0)
    else { return nil }
    var layout = hint
    // Rows that leave more fields than fill up a last byte are not those of the fields.
    if hint.rows > count || count % hint.rows >= 8 { layout.rows = 1 }
    self.layout = layout
    let digits = (0..<256).flatMap { byte in weights.map { byte / $0 % hint.base } }
    func digit(_ index: Int) -> Int {
      let (byte, place) = index.quotientAndRemainder(dividingBy: weights.count)
      return digits[Int(bytes[byte]) * weights.count + place]
    }
    let inRows = layout.geometry(byteCount: bytes.count).count
    switch layout.packing {
    case .bits(let width): block = SymbolBlock(inRows) { Self.bits(bytes, $0 * width, width) }
    case .digits: block = SymbolBlock(inRows, digit)
    }
    rest = (inRows * layout.digitsPerField..<bytes.count * weights.count).map { UInt8(digit($0)) }
  }

  private static func bits(_ bytes: [UInt8], _ start: Int, _ width: Int) -> Int {
    let low = Int(bytes[start / 8])
    let high = start / 8 + 1 < bytes.count ? Int(bytes[start / 8 + 1]) << 8 : 0
    return (low | high) >> (start % 8) & (1 << width - 1)
  }

  /// The bits that the rest takes.
  var restBits: Double { Double(rest.count) * BinaryLogarithm.of(Double(layout.base)) }
}

/// Puts numbers into bytes, one behind another.
struct FieldPacker {
  /// All bytes, 0 where nothing was added yet.
  private(set) var bytes: [UInt8]
  private let layout: FieldLayout
  private let weights: [Int]
  private var byte = 0
  private var place = 0

  /// A packer of so many bytes.
  init(_ layout: FieldLayout, byteCount: Int) {
    bytes = [UInt8](repeating: 0, count: byteCount)
    self.layout = layout
    weights = layout.weights
  }

  /// Adds fields, each less `least`.
  mutating func append(_ fields: [UInt16], least: Int) {
    switch layout.packing {
    case .bits(let width):
      for field in fields { append((least + Int(field)) & (1 << width - 1), bits: width) }
    case .digits:
      for field in fields { append(digit: least + Int(field)) }
    }
  }

  /// Adds a single digit.
  mutating func append(digit: Int) {
    bytes[byte] &+= UInt8(truncatingIfNeeded: digit * weights[place])
    advance(1)
  }

  private mutating func append(_ field: Int, bits: Int) {
    bytes[byte] |= UInt8(truncatingIfNeeded: field << place)
    if place + bits > 8 { bytes[byte + 1] |= UInt8(truncatingIfNeeded: field >> (8 - place)) }
    advance(bits)
  }

  private mutating func advance(_ digits: Int) {
    place += digits
    if place >= weights.count {
      place -= weights.count
      byte += 1
    }
  }
}
