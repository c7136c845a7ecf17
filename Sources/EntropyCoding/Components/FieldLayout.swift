internal import Diagnostics

/// How bytes hold several numbers each, and in how many rows the numbers lie.
public struct FieldLayout: Sendable, Hashable {
  /// What the numbers are.
  public enum Packing: Sendable, Hashable {
    /// Fields of 1 to 7 bits one behind another, the least significant bits first.
    case bits(Int)
    /// Digits of a base from 3 to 15: in each byte as many as fit whatever they are, the least
    /// significant first.
    case digits(base: Int)
  }

  /// What the numbers are.
  public let packing: Packing
  /// At least 1.
  public internal(set) var rows: Int

  /// A layout; nil unless the bits or the base are in range. No rows are one.
  public init?(_ packing: Packing, rows: Int) {
    switch packing {
    case .bits(let width): guard (1...7).contains(width) else { return nil }
    case .digits(let base): guard (3...15).contains(base) else { return nil }
    }
    self.packing = packing
    self.rows = max(rows, 1)
  }
}

extension FieldLayout {
  /// The base of the digits that bytes consist of: bits are digits of base 2.
  var base: Int {
    switch packing {
    case .bits: 2
    case .digits(let base): base
    }
  }

  /// What each digit of a byte counts for: as many as fit whatever they are.
  var weights: [Int] {
    var (weights, next) = ([Int](), 1)
    while next * base <= 256 {
      weights.append(next)
      next *= base
    }
    return weights
  }

  /// How many digits a field consists of.
  var digitsPerField: Int {
    switch packing {
    case .bits(let width): width
    case .digits: 1
    }
  }

  /// What a field can be.
  var symbols: ClosedRange<Int> {
    switch packing {
    case .bits(let width): 0...(1 << width - 1)
    case .digits(let base): 0...(base - 1)
    }
  }

  /// The whole fields of so many bytes, fewer than 2^59.
  func fieldCount(byteCount: Int) -> Int { byteCount * weights.count / digitsPerField }

  /// The fields that fill whole rows.
  func geometry(byteCount: Int) -> StreamGeometry {
    StreamGeometry(rows: rows, columns: fieldCount(byteCount: byteCount) / rows)
  }

  /// The digits beyond the fields that fill whole rows.
  func restCount(byteCount: Int) -> Int {
    byteCount * weights.count - geometry(byteCount: byteCount).count * digitsPerField
  }
}

extension FieldLayout {
  /// Reads what a directory says of the fields of so many bytes; throws B05 for what cannot be.
  init(from decoder: inout AdaptiveDecoder, byteCount: Int) throws(Rejection) {
    let width = try decoder.number(CodedField.fieldWidth, limit: 7)
    let packing: Packing =
      width > 0
      ? .bits(width) : .digits(base: try decoder.number(CodedField.digitBase, limit: 15))
    guard let oneRow = FieldLayout(packing, rows: 1), byteCount < 1 << 59 else {
      throw Rejection(
        EntropyRules.damagedDescription, "\(byteCount) bytes as \(packing)")
    }
    let fieldCount = oneRow.fieldCount(byteCount: byteCount)
    let rows = 1 + (try decoder.number(CodedField.fieldRows, limit: max(fieldCount, 1) - 1))
    self = oneRow
    self.rows = rows
  }

  /// Writes it to a directory.
  func write(to encoder: inout AdaptiveEncoder) {
    switch packing {
    case .bits(let width): encoder.number(width, CodedField.fieldWidth)
    case .digits(let base):
      encoder.number(0, CodedField.fieldWidth)
      encoder.number(base, CodedField.digitBase)
    }
    encoder.number(rows - 1, CodedField.fieldRows)
  }
}
