public import Diagnostics
public import TensorCore

extension TensorContent {
  /// Gives the decoded elements' little-endian bytes in row-major order, a bounded chunk at a
  /// time; throws T13 for tensors without data.
  public func forEachChunk(
    _ body: (RawSpan) throws(Rejection) -> Void
  ) throws(Rejection) {
    switch self {
    case .dense(let tensor): try tensor.forEachChunk(body)
    case .transformed(let tensor, let transform):
      try tensor.forEachChunk { chunk throws(Rejection) in
        try body(unsafe transform.applied(to: chunk, of: tensor.dtype).span.bytes)
      }
    case .encoded(let tensor): try tensor.forEachChunk(body)
    case .pieces(let tensor): try tensor.forEachChunk(body)
    case .coded(let tensor): try tensor.forEachChunk(body)
    case .computed(let tensor): try tensor.forEachChunk(body)
    case .absent:
      throw Rejection(TorchRules.notRepresentable, "the tensor has a type and a shape but no data")
    }
  }

  /// The storage that holds exactly the decoded bytes in order, where one does.
  public var contiguousStorage: Storage? {
    if case .dense(let tensor) = self { tensor.contiguousStorage } else { nil }
  }
}

extension ElementTransform {
  /// The bytes of `chunk`, whole elements of `dtype`, with the transform carried out.
  func applied(to chunk: RawSpan, of dtype: DType) -> [UInt8] {
    var bytes = chunk.copied()
    guard let width = dtype.byteWidth else { return bytes }
    let component = width / dtype.componentsPerElement
    if contains(.byteSwap) { swapBytes(&bytes, every: component) }
    if contains(.negate) { flipSigns(&bytes, first: 0, every: component, dtype) }
    if contains(.conjugate) { flipSigns(&bytes, first: component, every: width, dtype) }
    return bytes
  }

  private func swapBytes(_ bytes: inout [UInt8], every width: Int) {
    guard width > 1 else { return }
    for start in stride(from: 0, to: bytes.count - width + 1, by: width) {
      for index in 0..<(width / 2) { bytes.swapAt(start + index, start + width - 1 - index) }
    }
  }

  /// Flips the sign bit of the float components at `first`, `first + step`, …
  ///
  /// The lazy negative and conjugate bits exist on floats only, whose negation is a sign flip,
  /// for NaN too.
  private func flipSigns(_ bytes: inout [UInt8], first: Int, every step: Int, _ dtype: DType) {
    let component = (dtype.byteWidth ?? 1) / dtype.componentsPerElement
    for start in stride(from: first, to: bytes.count, by: step) {
      bytes[start + component - 1] ^= 0x80
    }
  }
}

extension TensorContent {
  /// The bytes that the tensor looks into.
  var storages: [Storage] {
    switch self {
    case .dense(let tensor), .transformed(let tensor, _): [tensor.storage]
    case .encoded(let tensor): tensor.components.map(\.tensor.storage)
    case .pieces(let tensor): tensor.pieces.map(\.tensor.storage)
    case .coded(let tensor): tensor.parts.map(\.chunks)
    case .computed(let tensor): tensor.origins.flatMap(\.storages)
    case .absent: []
    }
  }
}
