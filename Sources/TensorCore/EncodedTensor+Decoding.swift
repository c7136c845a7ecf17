internal import CKernels
public import Diagnostics

extension EncodedTensor {
  /// Gives the decoded elements' bytes in `dtype`, little-endian and in row-major order, in chunks
  /// of at most `blockElements` elements. Narrowing rounds to nearest, ties to even.
  public func forEachChunk(
    _ body: (RawSpan) throws(Rejection) -> Void
  ) throws(Rejection) {
    let tensors = components.map(\.tensor)
    guard dtype != .f32 else {
      return try encoding.decode(tensors, shape: shape) { (block) throws(Rejection) in
        try body(block.bytes)
      }
    }
    let capacity = min(Self.blockElements, shape.elementCount)
    let narrow = UnsafeMutablePointer<UInt16>.allocate(capacity: capacity)
    defer { narrow.deallocate() }
    let convert = dtype == .bf16 ? birdie_f32_to_bf16 : birdie_f32_to_f16
    try encoding.decode(tensors, shape: shape) { (block) throws(Rejection) in
      block.withUnsafeBytes { convert(narrow, $0.baseAddress, block.count) }
      try body(RawSpan(_unsafeStart: UnsafeRawPointer(narrow), byteCount: 2 * block.count))
    }
  }

  /// The decoded tensor in memory.
  public func decoded() throws(Rejection) -> Tensor {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(dtype.byteCount(elements: shape.elementCount) ?? 0)
    try forEachChunk { (chunk) throws(Rejection) in
      chunk.withUnsafeBytes { bytes.append(contentsOf: $0) }
    }
    guard let tensor = Tensor(dtype: dtype, shape: shape, storage: Storage(bytes)) else {
      throw Rejection(
        EncodingRules.componentMismatch, "\(encoding.kind) gave \(bytes.count) bytes for \(shape)")
    }
    return tensor
  }
}
