internal import TensorCore

/// How the bit patterns of a type are ordered by value: what a distance in ULPs is counted in.
enum CodeOrder {
  /// Floats: a sign bit and a magnitude; both zeros are one code.
  case signMagnitude
  case twosComplement
  case unsigned

  /// The order of a type's codes; nil for complex types and types that share bytes.
  init?(_ dtype: DType) {
    switch dtype {
    case .f64, .f32, .f16, .bf16, .f8e4m3, .f8e5m2, .f8e4m3fnuz, .f8e5m2fnuz:
      self = .signMagnitude
    case .i8, .i16, .i32, .i64: self = .twosComplement
    case .bool, .u8, .u16, .u32, .u64, .f8e8m0: self = .unsigned
    case .f4, .f6e2m3, .f6e3m2, .c32, .c64, .c128: return nil
    }
  }

  /// The largest distance between codes at the same index, among those that `isCounted` admits.
  func maximumDistance(
    _ left: RawSpan, _ right: RawSpan, width: Int, where isCounted: (Int) -> Bool
  ) -> UInt64 {
    switch width {
    case 1: distance(left, right, UInt8.self, isCounted)
    case 2: distance(left, right, UInt16.self, isCounted)
    case 4: distance(left, right, UInt32.self, isCounted)
    default: distance(left, right, UInt64.self, isCounted)
    }
  }

  /// The distance between the 64-bit codes at an index that both sides have.
  func distance(_ left: RawSpan, _ right: RawSpan, at index: Int) -> UInt64 {
    let range = (index * 8)..<(index * 8 + 8)
    return maximumDistance(
      left.extracting(range), right.extracting(range), width: 8, where: { _ in true })
  }

  @inline(__always)
  private func distance<Code: FixedWidthInteger & UnsignedInteger & BitwiseCopyable>(
    _ left: RawSpan, _ right: RawSpan, _: Code.Type, _ isCounted: (Int) -> Bool
  ) -> UInt64 {
    let width = MemoryLayout<Code>.size
    var largest: Code = 0
    for index in 0..<(min(left.byteCount, right.byteCount) / width) {
      // The index ends before the shorter side does.
      let a = unsafe left.unsafeLoadUnaligned(fromByteOffset: index * width, as: Code.self)
      let b = unsafe right.unsafeLoadUnaligned(fromByteOffset: index * width, as: Code.self)
      guard a != b, isCounted(index) else { continue }
      let (x, y) = (rank(a), rank(b))
      largest = max(largest, x > y ? x - y : y - x)
    }
    return UInt64(largest)
  }

  /// A number that grows with the value that the code stands for.
  @inline(__always)
  private func rank<Code: FixedWidthInteger & UnsignedInteger & BitwiseCopyable>(_ code: Code)
    -> Code
  {
    let half: Code = 1 << (Code.bitWidth - 1)
    switch self {
    case .unsigned: return code
    case .twosComplement: return code ^ half
    case .signMagnitude: return code < half ? half + code : half - (code - half)
    }
  }
}
