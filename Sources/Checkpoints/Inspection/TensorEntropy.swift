internal import ByteCodecs
internal import Diagnostics
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
  /// Codes the tensor with general compressors and counts its symbols; reads it into memory.
  func entropy() throws(Rejection) -> TensorEntropy {
    var part: (component: CodedComponent, storage: Storage)?
    if case .coded(let tensor) = content {
      part = (tensor.parts[0].component, tensor.parts[0].chunks)
    }
    let (dtype, bytes) = try codes()
    let account = try part.map { part throws(Rejection) in
      try part.component.account(of: part.storage)
    }
    let order = EntropyAccount(counting: unsafe bytes.span.bytes, dtype)
    let count = Double(max(order.symbolCount, 1))
    return TensorEntropy(
      symbolCount: order.symbolCount,
      coded: account.flatMap { account in
        account.chunkByteCount == 0
          ? nil
          : (
            8 * Double(account.chunkByteCount) / count, account.modelBits / count,
            part?.component.modelName ?? ""
          )
      },
      orderZeroBitsPerSymbol: order.orderZeroBits / count,
      compressed: unsafe CompressedSize.all(of: bytes.span.bytes).map {
        ($0.name, 8 * Double($0.byteCount) / count)
      })
  }

  /// The codes of an encoded tensor, the elements of another.
  private func codes() throws(Rejection) -> (dtype: DType, bytes: [UInt8]) {
    var bytes: [UInt8] = []
    let append = { (chunk: RawSpan) in
      unsafe chunk.withUnsafeBytes { unsafe bytes.append(contentsOf: $0) }
    }
    let whole = try content.resolved()
    if case .encoded(let tensor) = whole {
      let codes = tensor.components[0].tensor
      try codes.forEachChunk { (chunk) throws(Rejection) in append(chunk) }
      return (codes.dtype, bytes)
    }
    try whole.forEachChunk { (chunk) throws(Rejection) in append(chunk) }
    return (whole.dtype, bytes)
  }
}
