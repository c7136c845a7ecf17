internal import CKernels
internal import TensorCore

/// The type that scales are stored in.
enum ScaleType: String, CaseIterable {
  case f16, f32

  /// The largest number.
  private var greatest: Double {
    switch self {
    case .f16: 65_504
    case .f32: Double(Float.greatestFiniteMagnitude)
    }
  }

  /// The nearest number that is stored, ties to even; numbers beyond the largest become that.
  func rounded(_ number: Double) -> Float {
    let finite = min(number, greatest)
    switch self {
    case .f16:
      var (single, half) = (Float(finite), UInt16(0))
      birdie_f32_to_f16(&half, &single, 1)
      birdie_f16_to_f32(&single, &half, 1)
      return single
    case .f32: return Float(finite)
    }
  }

  /// Numbers as they are stored, those beyond the largest as that.
  func tensor(_ numbers: [Float], _ dimensions: [Int]) -> Tensor {
    switch self {
    case .f16:
      var halves = [UInt16](repeating: 0, count: numbers.count)
      birdie_f32_to_f16(&halves, numbers.map { min($0, Float(greatest)) }, numbers.count)
      return Tensor(halves, .f16, dimensions)
    case .f32: return Tensor(numbers, .f32, dimensions)
    }
  }
}
