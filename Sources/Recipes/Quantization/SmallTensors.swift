internal import Checkpoints
internal import Diagnostics
internal import TensorCore

/// How tensors are stored that are too small to become codes.
public enum SmallTensors: String, Sendable, CaseIterable {
  /// As they are.
  case keep
  /// Those of float32 in bfloat16: a relative error of 2⁻⁹, which is nothing beside that of codes.
  case bf16
  /// Those of float32 in half precision, as the challenge's scripts store them.
  case f16

  private var stored: DType? {
    switch self {
    case .keep: nil
    case .bf16: .bf16
    case .f16: .f16
    }
  }

  /// What becomes of a tensor: it stays as it is where it has another type or where an element
  /// is beyond the normal numbers of the narrow one.
  func content(of tensor: NamedTensor) throws(Rejection) -> TensorContent {
    guard let stored, tensor.dtype == .f32,
      tensor.shape.elementCount <= QuantizationRecipe.fewestElements
    else { return tensor.content }
    // Outside of these, numbers become infinite or lose digits.
    let normal: ClosedRange<Float> = stored == .f16 ? 6.2e-5...65_504 : 1.2e-38...3.38e38
    guard try tensor.floats().allSatisfy({ $0 == 0 || normal.contains($0.magnitude) }) else {
      return tensor.content
    }
    return try tensor.content(storedIn: stored)
  }
}

extension NamedTensor {
  /// The elements in a narrower type, of which readers restore the type they had.
  func content(storedIn stored: DType) throws(Rejection) -> TensorContent {
    .encoded(
      try EncodedTensor(
        dtype: dtype == .bf16 ? .bf16 : .f32, shape: shape,
        encoding: CastEncoding(stored: stored),
        components: [.init(name: name, tensor: try cast(to: stored))]))
  }
}
