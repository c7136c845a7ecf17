/// The type of a tensor's elements: every safetensors type and the ones only PyTorch writes.
///
/// The raw value is the safetensors spelling; types that safetensors lacks follow its style.
public enum DType: String, Sendable, CaseIterable, Hashable {
  /// One byte, 0 or 1.
  case bool = "BOOL"
  /// OCP microscaling 4-bit float, E2M1, two to a byte, low nibble first.
  case f4 = "F4"
  /// OCP microscaling 6-bit float, E2M3.
  case f6e2m3 = "F6_E2M3"
  /// OCP microscaling 6-bit float, E3M2.
  case f6e3m2 = "F6_E3M2"
  /// Unsigned 8-bit integer.
  case u8 = "U8"
  /// Signed 8-bit integer.
  case i8 = "I8"
  /// OCP 8-bit float E5M2 with infinities.
  case f8e5m2 = "F8_E5M2"
  /// OCP 8-bit float E4M3, finite ("fn").
  case f8e4m3 = "F8_E4M3"
  /// OCP power-of-two scale: 2^(x − 127), 255 is NaN.
  case f8e8m0 = "F8_E8M0"
  /// 8-bit float E4M3 without negative zero, bias 8.
  case f8e4m3fnuz = "F8_E4M3FNUZ"
  /// 8-bit float E5M2 without negative zero, bias 16.
  case f8e5m2fnuz = "F8_E5M2FNUZ"
  /// Signed 16-bit integer.
  case i16 = "I16"
  /// Unsigned 16-bit integer.
  case u16 = "U16"
  /// IEEE 754 half precision.
  case f16 = "F16"
  /// bfloat16: the upper half of an IEEE single.
  case bf16 = "BF16"
  /// Two halves, real then imaginary; PyTorch's `complex32`.
  case c32 = "C32"
  /// Signed 32-bit integer.
  case i32 = "I32"
  /// Unsigned 32-bit integer.
  case u32 = "U32"
  /// IEEE 754 single precision.
  case f32 = "F32"
  /// Two singles, real then imaginary.
  case c64 = "C64"
  /// IEEE 754 double precision.
  case f64 = "F64"
  /// Signed 64-bit integer.
  case i64 = "I64"
  /// Unsigned 64-bit integer.
  case u64 = "U64"
  /// Two doubles, real then imaginary; PyTorch's `complex128`.
  case c128 = "C128"
}

extension DType {
  /// The width of one element in bits.
  public var bitWidth: Int {
    switch self {
    case .f4: 4
    case .f6e2m3, .f6e3m2: 6
    case .bool, .u8, .i8, .f8e5m2, .f8e4m3, .f8e8m0, .f8e4m3fnuz, .f8e5m2fnuz: 8
    case .i16, .u16, .f16, .bf16: 16
    case .i32, .u32, .f32, .c32: 32
    case .i64, .u64, .f64, .c64: 64
    case .c128: 128
    }
  }

  /// The bytes that `elements` of this type occupy, or nil when that is no whole number of bytes
  /// or does not fit an `Int`.
  public func byteCount(elements: Int) -> Int? {
    let (bits, overflow) = elements.multipliedReportingOverflow(by: bitWidth)
    guard !overflow, bits >= 0, bits % 8 == 0 else { return nil }
    return bits / 8
  }

  /// The width of one element in bytes, or nil for types that share bytes.
  public var byteWidth: Int? { byteCount(elements: 1) }

  /// The parts of an element whose byte order matters: 2 for complex types, else 1.
  public var componentsPerElement: Int { isComplex ? 2 : 1 }

  /// Whether an element is a pair of a real and an imaginary part.
  public var isComplex: Bool { self == .c32 || self == .c64 || self == .c128 }

  /// Whether elements are floats of 16 bits or more, where NaN and infinity can be counted.
  public var isWideFloat: Bool {
    switch self {
    case .f16, .bf16, .f32, .f64: true
    default: false
    }
  }
}
