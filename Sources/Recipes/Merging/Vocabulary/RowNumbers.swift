internal import Diagnostics
internal import TensorCore

/// Numbers of rows in a type, as those that are computed with: float32, or float64.
struct RowNumbers<Real: BinaryFloatingPoint & BitwiseCopyable> {
  private let widening: MergeCast
  private let narrowing: MergeCast

  /// The numbers of a type. Throws M06 for what is no float.
  init(_ dtype: DType) throws(Rejection) {
    let wide: DType = Real.self == Double.self ? .f64 : .f32
    widening = try MergeCast(from: dtype, to: wide)
    narrowing = try MergeCast(from: wide, to: dtype)
  }

  /// The numbers of some bytes.
  func values(_ bytes: RawSpan) throws(Rejection) -> [Real] {
    var values: [Real] = []
    try widening.convert(bytes) { (wide) throws(Rejection) in
      wide.withUnsafeBytes { raw in values += raw.bindMemory(to: Real.self) }
    }
    return values
  }

  /// The bytes of numbers, rounded to the type.
  func bytes(_ values: [Real]) throws(Rejection) -> [UInt8] {
    var bytes: [UInt8] = []
    try narrowing.convert(values.span.bytes) { (narrow) throws(Rejection) in
      narrow.withUnsafeBytes { bytes += $0 }
    }
    return bytes
  }

  /// Numbers, rounded to the type.
  func rounded(_ values: [Real]) throws(Rejection) -> [Real] {
    let bytes = try bytes(values)
    return try self.values(bytes.span.bytes)
  }
}
