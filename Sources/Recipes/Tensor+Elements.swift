internal import TensorCore

extension Tensor {
  /// A tensor of elements in memory, which fill the shape.
  init<Element: BitwiseCopyable>(_ elements: [Element], _ dtype: DType, _ dimensions: [Int]) {
    guard let shape = Shape(dimensions) else { preconditionFailure("a shape of small extents") }
    let bytes = elements.withUnsafeBytes { source in
      MemoryBlock(byteCount: source.count) { $0.copyMemory(from: source) }
    }
    guard let tensor = Tensor(dtype: dtype, shape: shape, storage: Storage(bytes)) else {
      preconditionFailure("elements fill their shape")
    }
    self = tensor
  }
}
