internal import Diagnostics
internal import TensorCore

extension TorchObjectBuilder {
  /// `_rebuild_qtensor`: storage, offset, size, stride and how codes become numbers.
  mutating func quantized(_ call: TorchCall) throws(Rejection) -> TorchValue {
    let view = try view(call)
    let type = view.storage.elementType
    guard type.isQuantized else { throw call.malformed("the storage holds no codes") }
    let codes =
      if type.codesPerByte > 1 {
        try unpackedCodes(view, type)
      } else {
        try dense(tensors.tensor(view, type, [], audit: &audit).content)
      }
    guard let parameters = try call.argument(4).sequenceValue, parameters.count >= 3,
      case .symbol(let scheme) = parameters[0]
    else { throw call.malformed("argument 4 is no quantizer") }
    let (scales, zeroPoints, axis) = try quantizer(scheme, parameters)
    let counts = try TensorContent.dense(scales).nonFiniteCounts()
    if let counts, counts.nan + counts.infinity > 0 {
      throw Rejection(
        TorchRules.nonFiniteScale, "\(counts.nan) NaN and \(counts.infinity) infinite scales")
    }
    do throws(Rejection) {
      let encoded = try EncodedTensor(
        dtype: .f32, shape: codes.shape, encoding: AffineCodes(codeType: codes.dtype, axis: axis),
        components: [
          .init(name: "codes", tensor: codes), .init(name: "scale", tensor: scales),
          .init(name: "zero_point", tensor: zeroPoints),
        ])
      return .tensor(TorchTensor(content: .encoded(encoded), storageKey: nil))
    } catch {
      throw Rejection(TorchRules.quantizationParameters, error.message)
    }
  }

  /// Codes of 4 or 2 bits, each given a byte of its own; PyTorch only stores them contiguously.
  private mutating func unpackedCodes(
    _ view: TorchTensorBuilder.View, _ type: TorchElementType
  ) throws(Rejection) -> Tensor {
    let storage = try tensors.bytes(of: view.storage, audit: &audit)
    let bytes = storage.bytes.copied()
    guard let shape = Shape(view.size), view.offset == 0, view.stride == shape.contiguousStrides,
      shape.elementCount <= bytes.count * type.codesPerByte
    else {
      throw Rejection(
        TorchRules.viewBeyondStorage, "size \(view.size) does not fit the packed codes")
    }
    let width = 8 / type.codesPerByte
    let mask = UInt8((1 << width) - 1)
    var codes: [UInt8] = []
    codes.reserveCapacity(shape.elementCount)
    for index in 0..<shape.elementCount {
      let shift = index % type.codesPerByte * width
      codes.append(bytes[index / type.codesPerByte] >> shift & mask)
    }
    guard let tensor = Tensor(dtype: .u8, shape: shape, storage: Storage(codes)) else {
      throw Rejection(TorchRules.sizeOverflow, "size \(view.size)")
    }
    return tensor
  }

  /// `(torch.per_tensor_affine, scale, zero point)` or
  /// `(torch.per_channel_affine, scales, zero points, axis)`.
  private func quantizer(
    _ scheme: String, _ parameters: [TorchValue]
  ) throws(Rejection) -> (scales: Tensor, zeroPoints: Tensor, axis: Int?) {
    if scheme == "torch.per_tensor_affine", case .float(let scale) = parameters[1],
      let zeroPoint = parameters[2].intValue
    {
      let scales = Tensor(dtype: .f64, shape: .scalar, storage: Storage(scale.bitPattern.bytes))
      let zeros = Tensor(
        dtype: .i64, shape: .scalar,
        storage: Storage(UInt64(bitPattern: Int64(zeroPoint)).bytes))
      if let scales, let zeros { return (scales, zeros, nil) }
    }
    guard scheme.hasPrefix("torch.per_channel_affine"), parameters.count == 4,
      let scales = parameters[1].tensorValue, let zeros = parameters[2].tensorValue,
      let axis = parameters[3].intValue
    else {
      throw Rejection(TorchRules.quantizationParameters, "quantizer \(scheme)")
    }
    return (try dense(scales.content), try dense(zeros.content), axis)
  }

  /// The tensor as it is stored, its bytes swapped into memory if they are big-endian.
  private func dense(_ content: TensorContent) throws(Rejection) -> Tensor {
    if case .dense(let tensor) = content { return tensor }
    var bytes: [UInt8] = []
    try content.forEachChunk { chunk throws(Rejection) in bytes += chunk.copied() }
    guard let tensor = Tensor(dtype: content.dtype, shape: content.shape, storage: Storage(bytes))
    else { throw Rejection(TorchRules.sizeOverflow, "\(content.shape)") }
    return tensor
  }
}

extension UInt64 {
  /// The little-endian bytes.
  fileprivate var bytes: [UInt8] { (0..<8).map { UInt8(truncatingIfNeeded: self >> (8 * $0)) } }
}
