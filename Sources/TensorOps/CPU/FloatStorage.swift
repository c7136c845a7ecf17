internal import CKernels
public import TensorCore

/// The float32 elements of a tensor: where they are if they are float32, else widened.
package struct FloatReader: Sendable {
  private enum Source: Sendable {
    case stored(Storage)
    case widened(MemoryBlock)
  }

  private let source: Source
  /// How many there are.
  package let count: Int

  /// Reads a contiguous tensor of floats.
  package init(_ tensor: Tensor) {
    guard let storage = tensor.contiguousStorage else {
      preconditionFailure("operands are contiguous")
    }
    count = tensor.shape.elementCount
    let isAligned = storage.bytes.withUnsafeBytes { Int(bitPattern: $0.baseAddress) % 4 == 0 }
    if tensor.dtype == .f32, isAligned {
      source = .stored(storage)
    } else {
      source = .widened(Self.widened(storage, tensor.dtype, count))
    }
  }

  /// Lends the elements.
  package func read<Result>(_ body: (UnsafePointer<Float>) -> Result) -> Result {
    switch source {
    case .stored(let storage):
      let bytes = storage.bytes
      return bytes.withUnsafeBytes { raw in
        withAddress(raw.baseAddress?.assumingMemoryBound(to: Float.self), body)
      }
    case .widened(let block):
      let bytes = block.bytes
      return bytes.withUnsafeBytes { raw in
        withAddress(raw.baseAddress?.assumingMemoryBound(to: Float.self), body)
      }
    }
  }

  /// No elements have no address, but an operation that reads none still wants one.
  private func withAddress<Result>(
    _ address: UnsafePointer<Float>?, _ body: (UnsafePointer<Float>) -> Result
  ) -> Result {
    guard let address else { return withUnsafePointer(to: 0, body) }
    return body(address)
  }

  private static func widened(_ storage: Storage, _ dtype: DType, _ count: Int) -> MemoryBlock {
    let bytes = storage.bytes
    return MemoryBlock(byteCount: count * 4) { target in
      guard count > 0, let start = target.baseAddress?.bindMemory(to: Float.self, capacity: count)
      else { return }
      bytes.withUnsafeBytes { raw in
        guard let source = raw.baseAddress else { return }
        switch dtype {
        case .bf16: birdie_bf16_to_f32(start, source, count)
        case .f16: birdie_f16_to_f32(start, source, count)
        case .f64: birdie_f64_to_f32(start, source, count)
        case .f8e4m3:
          birdie_f8_e4m3fn_to_f32(start, source.assumingMemoryBound(to: UInt8.self), count)
        case .f8e5m2:
          birdie_f8_e5m2_to_f32(start, source.assumingMemoryBound(to: UInt8.self), count)
        case .f32: UnsafeMutableRawPointer(start).copyMemory(from: source, byteCount: count * 4)
        default: preconditionFailure("\(dtype) is no type to compute with")
        }
      }
    }
  }
}

extension Tensor {
  /// A new tensor whose float32 elements `fill` writes, all of them, rounded to `dtype`; doubles
  /// give float32, which they are computed in.
  package init(
    _ dtype: DType, _ shape: Shape, filledBy fill: (UnsafeMutablePointer<Float>) -> Void
  ) {
    let dtype = dtype.computed
    let count = shape.elementCount
    var block = MemoryBlock(byteCount: count * 4) { raw in
      guard count > 0, let start = raw.baseAddress else { return }
      fill(start.bindMemory(to: Float.self, capacity: count))
    }
    if dtype != .f32 { block = Self.narrowed(block, to: dtype, count) }
    guard let tensor = Tensor(dtype: dtype, shape: shape, storage: Storage(block)) else {
      preconditionFailure("\(dtype) does not hold \(shape.dimensions)")
    }
    self = tensor
  }

  private static func narrowed(
    _ block: MemoryBlock, to dtype: DType, _ count: Int
  ) -> MemoryBlock {
    guard let width = dtype.byteWidth else {
      preconditionFailure("\(dtype) is no type to compute with")
    }
    let bytes = block.bytes
    return MemoryBlock(byteCount: count * width) { raw in
      guard count > 0, let start = raw.baseAddress else { return }
      bytes.withUnsafeBytes { source in
        let source = source.baseAddress
        switch dtype {
        case .bf16: birdie_f32_to_bf16(start.assumingMemoryBound(to: UInt16.self), source, count)
        case .f16: birdie_f32_to_f16(start.assumingMemoryBound(to: UInt16.self), source, count)
        case .f8e4m3:
          birdie_f32_to_f8_e4m3fn(start.assumingMemoryBound(to: UInt8.self), source, count)
        case .f8e5m2:
          birdie_f32_to_f8_e5m2(start.assumingMemoryBound(to: UInt8.self), source, count)
        default: preconditionFailure("\(dtype) is no type to compute with")
        }
      }
    }
  }

  /// A float32 tensor of the given elements, in row-major order.
  public init(_ elements: [Float], _ dimensions: [Int]) {
    self.init(elements, .f32, dimensions)
  }

  /// The elements as float32, in row-major order.
  public var floats: [Float] {
    let reader = FloatReader(self)
    return reader.read { Array(UnsafeBufferPointer(start: $0, count: reader.count)) }
  }
}

extension DType {
  /// The type of a result of operands of both types: the same, or the one that is computed in.
  func combined(with other: DType) -> DType { self == other ? self.computed : .f32 }

  /// The type of a result of operands of this type; doubles are computed in float32.
  var computed: DType { self == .f64 ? .f32 : self }
}
