public import Diagnostics

/// Numbers kept in another float type than the one they are restored to.
///
/// Component: the tensor. Widening is exact; narrowing goes through float32, as in PyTorch.
public struct CastEncoding: TensorEncoding {
  /// The stored type.
  public let stored: DType

  /// Numbers stored as `stored`.
  public init(stored: DType) { self.stored = stored }

  /// `stored_f16`, `stored_f8_e4m3`, …
  public var kind: String { "stored_" + stored.rawValue.lowercased() }
  /// Floats are no integer codes.
  public var bits: Int? { nil }
  /// There are no scales.
  public var granularity: String? { nil }

  /// Throws C09 unless the component is a float tensor of `shape`.
  public func validate(_ components: [Tensor], shape: Shape) throws(Rejection) {
    let tensor = try components.expecting(1)[0]
    try require(
      tensor.dtype == stored && Tensor.widening(from: stored) != nil,
      EncodingRules.componentMismatch, "cannot cast from \(tensor.dtype.rawValue)")
    try require(
      tensor.shape == shape, EncodingRules.componentMismatch,
      "the stored shape is \(tensor.shape), not \(shape)")
    try tensor.requireUnrepeated("elements")
  }

  /// Widens block after block.
  public func decode(
    _ components: [Tensor], shape: Shape, _ body: (Span<Float>) throws(Rejection) -> Void
  ) throws(Rejection) {
    guard let widen = Tensor.widening(from: stored), let width = stored.byteWidth else { return }
    let storage = components[0].packed()
    var blocks = BlockBuffer(elementCount: shape.elementCount)
    try blocks.append(shape.elementCount, to: body) { target, range in
      storage.bytes.withUnsafeBytes { source in
        widen(target, source.baseAddress.map { $0 + range.lowerBound * width }, range.count)
      }
    }
    try blocks.flush(to: body)
  }
}

extension [Tensor] {
  /// These components; throws C09 unless there are `count`.
  func expecting(_ count: Int) throws(Rejection) -> [Tensor] {
    try require(
      self.count == count, EncodingRules.componentMismatch,
      "there are \(self.count) parts, the encoding needs \(count)")
    return self
  }
}
