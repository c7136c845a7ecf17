internal import ByteCodecs
public import Diagnostics
internal import EntropyCoding
internal import TensorCore

/// How many bits a tensor takes, and what other coders would make of the same codes.
public struct TensorEntropy: Sendable {
  /// The integers, or bytes of floats, that are coded: those of the first part, the codes.
  public let symbolCount: Int
  /// The bits that an artifact spends on each, under which model; nil elsewhere, and for what lies
  /// in its directory.
  public let coded: (bitsPerSymbol: Double, modelBitsPerSymbol: Double, model: String)?
  /// The order-0 entropy of a symbol, known for nothing.
  public let orderZeroBitsPerSymbol: Double
  /// General compressors, and the bits that each takes for a symbol.
  public let compressed: [(name: String, bitsPerSymbol: Double)]
}

extension NamedTensor {
  /// The order-0 entropy of the codes of an encoded tensor, or of the bytes of another's elements,
  /// in bits for each element; nil without data. Reads the tensor into memory.
  public func orderZeroBitsPerElement() throws(Rejection) -> Double? {
    if case .absent = content { return nil }
    guard shape.elementCount > 0 else { return nil }
    let codes = try codes()
    return OrderZeroEntropy(of: codes.packed().bytes, codes.dtype).bits
      / Double(shape.elementCount)
  }

  /// Codes the tensor with general compressors and counts its symbols; reads it into memory.
  func entropy() throws(Rejection) -> TensorEntropy {
    let codes = try codes()
    let entropy = OrderZeroEntropy(of: codes.packed().bytes, codes.dtype)
    let count = Double(max(entropy.symbolCount, 1))
    var coded: (Double, Double, String)?
    if case .coded(let tensor) = content, tensor.parts[0].chunks.byteCount > 0 {
      let part = tensor.parts[0]
      coded = (
        8 * Double(part.chunks.byteCount) / count,
        try part.component.modelBits(of: part.chunks) / count, part.component.modelName
      )
    }
    return TensorEntropy(
      symbolCount: entropy.symbolCount, coded: coded,
      orderZeroBitsPerSymbol: entropy.bits / count,
      compressed: CompressedSize.all(of: codes.packed().bytes).map {
        ($0.name, 8 * Double($0.byteCount) / count)
      })
  }

  /// The codes of an encoded tensor, the elements of another.
  private func codes() throws(Rejection) -> Tensor {
    switch try content.resolved() {
    case .encoded(let tensor): return tensor.components[0].tensor
    case .dense(let tensor): return tensor
    case let other:
      var bytes: [UInt8] = []
      try other.forEachChunk { (chunk) throws(Rejection) in bytes += chunk.copied() }
      guard let tensor = Tensor(dtype: dtype, shape: shape, storage: Storage(bytes)) else {
        preconditionFailure("a tensor's elements fill its shape")
      }
      return tensor
    }
  }
}
