internal import Diagnostics
internal import TensorCore

extension TrellisFeedback {
  /// Codes with a scale for each column, in bytes where they fit.
  static func encoded(
    _ weight: Weight, _ codes: [Int16], _ rowScales: [Float], _ columnScales: [Float],
    _ trellis: Trellis?
  ) throws(Rejection) -> EncodedTensor {
    let fits = codes.allSatisfy { (-128...127).contains($0) }
    let stored =
      fits
      ? Tensor(codes.map(Int8.init(truncatingIfNeeded:)), .i8, weight.shape)
      : Tensor(codes, .i16, weight.shape)
    return try EncodedTensor(
      dtype: weight.dtype, shape: weight.shape, encoding: GridCodes(trellis: trellis),
      components: [
        .init(name: weight.name + ".codes", tensor: stored),
        .init(
          name: weight.name + ".row_scales", tensor: Tensor(rowScales, .f32, [rowScales.count])),
        .init(
          name: weight.name + ".column_scales",
          tensor: Tensor(columnScales, .f32, [weight.columns])),
      ])
  }
}

extension Tensor {
  /// A tensor of elements in memory, which fill the shape.
  init<Element: BitwiseCopyable>(_ elements: [Element], _ dtype: DType, _ dimensions: [Int]) {
    guard let shape = Shape(dimensions) else { preconditionFailure("a shape of small extents") }
    self.init(elements, dtype, shape)
  }

  /// A tensor of elements in memory, which fill the shape.
  init<Element: BitwiseCopyable>(_ elements: [Element], _ dtype: DType, _ shape: Shape) {
    let bytes = elements.withUnsafeBytes { source in
      MemoryBlock(byteCount: source.count) { $0.copyMemory(from: source) }
    }
    guard let tensor = Tensor(dtype: dtype, shape: shape, storage: Storage(bytes)) else {
      preconditionFailure("elements fill their shape")
    }
    self = tensor
  }
}
