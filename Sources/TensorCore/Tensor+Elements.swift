extension Tensor {
  /// A contiguous tensor of an array's elements, in row-major order; the bytes are copied.
  ///
  /// The caller answers for `dtype` being what the array holds; for a type that Swift lacks that
  /// is a bit pattern, such as `UInt16` for BF16. An array that has not just the bytes of `shape`
  /// is a mistake of the caller, and stops the program.
  public init<Element: BitwiseCopyable>(_ elements: [Element], _ dtype: DType, _ shape: Shape) {
    let bytes = elements.withUnsafeBytes { source in
      MemoryBlock(byteCount: source.count) { $0.copyMemory(from: source) }
    }
    guard let tensor = Tensor(dtype: dtype, shape: shape, storage: Storage(bytes)) else {
      preconditionFailure("\(elements.count) elements do not fill \(shape) as \(dtype.rawValue)")
    }
    self = tensor
  }

  /// The same with the extents of a shape, which fit an `Int` together; none for a scalar.
  public init<Element: BitwiseCopyable>(
    _ elements: [Element], _ dtype: DType, _ dimensions: [Int]
  ) {
    guard let shape = Shape(dimensions) else {
      preconditionFailure("\(dimensions) are no extents of a shape")
    }
    self.init(elements, dtype, shape)
  }
}
