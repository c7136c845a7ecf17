public import TensorCore

/// Integers as symbols: what they are above the least of them.
public struct SymbolBlock: Sendable {
  /// The least integer.
  public let least: Int
  /// How many integers there are from the least to the greatest.
  public let span: Int
  /// Each integer less the least.
  public let symbols: [UInt16]

  /// Integers of one or two bytes, of `dtype` if it is a signed one, else unsigned; at least one.
  public init?(_ bytes: RawSpan, _ dtype: DType) {
    let width = dtype == .i16 || dtype == .u16 ? 2 : 1
    guard bytes.byteCount > 0, bytes.byteCount % width == 0 else { return nil }
    let count = bytes.byteCount / width
    self.init(count) { index in
      // Inside: `count` elements of that width are all there are.
      switch dtype {
      case .i8: Int(unsafe bytes.unsafeLoad(fromByteOffset: index, as: Int8.self))
      case .i16: Int(unsafe bytes.unsafeLoadUnaligned(fromByteOffset: 2 * index, as: Int16.self))
      case .u16: Int(unsafe bytes.unsafeLoadUnaligned(fromByteOffset: 2 * index, as: UInt16.self))
      default: Int(unsafe bytes.unsafeLoad(fromByteOffset: index, as: UInt8.self))
      }
    }
  }

  /// `count` ≥ 1 integers within 16 bits of each other.
  init(_ count: Int, _ value: (Int) -> Int) {
    var (least, greatest) = (value(0), value(0))
    for index in 1..<max(count, 1) {
      let next = value(index)
      least = min(least, next)
      greatest = max(greatest, next)
    }
    self.least = least
    span = greatest - least + 1
    symbols = unsafe [UInt16](unsafeUninitializedCapacity: count) { buffer, filled in
      for index in 0..<count {
        unsafe buffer[index] = UInt16(truncatingIfNeeded: value(index) - least)
      }
      filled = count
    }
  }
}
