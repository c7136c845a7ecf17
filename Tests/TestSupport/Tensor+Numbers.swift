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
}
