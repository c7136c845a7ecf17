internal import CKernels
internal import Diagnostics
internal import TensorCore

extension TensorContent {
  /// How many decoded elements are NaN and how many infinite; nil for types without either and
  /// where there is no data.
  func nonFiniteCounts() throws(Rejection) -> (nan: Int, infinity: Int)? {
    if case .absent = self { return nil }
    let components = dtype.componentFloat
    guard let components else { return nil }
    var (nan, infinity) = (0, 0)
    try forEachChunk { chunk throws(Rejection) in
      unsafe chunk.withUnsafeBytes { bytes in
        let base = bytes.baseAddress
        switch components {
        case .f16: unsafe birdie_count_nonfinite_f16(base, bytes.count / 2, &nan, &infinity)
        case .bf16: unsafe birdie_count_nonfinite_bf16(base, bytes.count / 2, &nan, &infinity)
        case .f64: unsafe birdie_count_nonfinite_f64(base, bytes.count / 8, &nan, &infinity)
        default: unsafe birdie_count_nonfinite_f32(base, bytes.count / 4, &nan, &infinity)
        }
      }
    }
    return (nan, infinity)
  }
}

extension DType {
  /// The float of 16 bits or more that an element, or a part of a complex one, is.
  fileprivate var componentFloat: DType? {
    switch self {
    case .f16, .bf16, .f32, .f64: self
    case .c32: .f16
    case .c64: .f32
    case .c128: .f64
    default: nil
    }
  }
}
