import Checkpoints
import TensorCore

extension TensorContent {
  /// A contiguous tensor of the values' own bytes.
  static func literal<Value: BitwiseCopyable>(
    _ dtype: DType, _ values: [Value], shape: [Int]? = nil
  ) throws -> TensorContent {
    let bytes = values.withUnsafeBytes { Array($0) }
    guard let shape = Shape(shape ?? [values.count]),
      let tensor = Tensor(dtype: dtype, shape: shape, storage: Storage(bytes))
    else { throw ShapeMismatch() }
    return .dense(tensor)
  }

  /// The transpose of a contiguous matrix of the values, as a view.
  static func transposed<Value: BitwiseCopyable>(
    _ dtype: DType, _ values: [Value], rows: Int, columns: Int
  ) throws -> TensorContent {
    let bytes = values.withUnsafeBytes { Array($0) }
    guard let shape = Shape([columns, rows]),
      let layout = Layout(shape: shape, strides: [1, columns], offset: 0),
      let tensor = Tensor(dtype: dtype, layout: layout, storage: Storage(bytes))
    else { throw ShapeMismatch() }
    return .dense(tensor)
  }

  private struct ShapeMismatch: Error {}
}

/// A checkpoint with these tensors.
func checkpoint(_ tensors: KeyValuePairs<String, TensorContent>) -> Checkpoint {
  Checkpoint(format: "test", tensors: tensors.map { NamedTensor(name: $0.key, content: $0.value) })
}
