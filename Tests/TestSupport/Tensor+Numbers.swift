public import TensorCore

extension Tensor {
  /// The elements of a type.
  public func numbers<Number: BitwiseCopyable>(_: Number.Type) -> [Number] {
    (elementBytes ?? []).withUnsafeBytes { Array($0.bindMemory(to: Number.self)) }
  }

  /// Whether type, shape and elements are the same.
  public func isSame(as other: Tensor?) -> Bool {
    dtype == other?.dtype && shape == other?.shape && elementBytes == other?.elementBytes
  }

  /// The elements as doubles.
  public var doubles: [Double] {
    switch dtype {
    case .f64: numbers(Double.self)
    case .f32: numbers(Float.self).map(Double.init)
    case .f16: numbers(Float16.self).map(Double.init)
    default: numbers(UInt16.self).map { Double(Float(bitPattern: UInt32($0) << 16)) }
    }
  }
}
