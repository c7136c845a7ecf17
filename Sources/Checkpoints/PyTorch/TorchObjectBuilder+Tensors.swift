internal import Diagnostics
internal import TensorCore

extension TorchObjectBuilder {
  /// `_rebuild_tensor*`: storage, offset, size, stride, and later dtype and lazy bits.
  mutating func strided(
    _ call: TorchCall, dtypeIndex: Int? = nil, metadataIndex: Int? = nil
  ) throws(Rejection) -> TorchValue {
    let view = try view(call)
    var type = view.storage.elementType
    if let dtypeIndex { type = try TorchElementType(symbol: call.symbol(dtypeIndex)) }
    let transform = try lazyBits(call, at: metadataIndex, type.dtype)
    return .tensor(try tensors.tensor(view, type, transform, audit: &audit))
  }

  func view(
    _ call: TorchCall
  ) throws(Rejection) -> TorchTensorBuilder.View {
    guard case .storage(let storage) = try call.argument(0) else {
      throw call.malformed("argument 0 is no storage")
    }
    return try TorchTensorBuilder.View(
      storage: storage, offset: call.integer(1), size: call.integers(2), stride: call.integers(3))
  }

  private func lazyBits(
    _ call: TorchCall, at index: Int?, _ dtype: DType
  ) throws(Rejection) -> ElementTransform {
    guard let index, index < call.arguments.count, let bits = call.arguments[index].dictValue
    else { return [] }
    var transform: ElementTransform = []
    if bits["conj"]?.intValue == 1 { transform.insert(.conjugate) }
    if bits["neg"]?.intValue == 1 { transform.insert(.negate) }
    guard !transform.contains(.conjugate) || dtype.isComplex,
      !transform.contains(.negate) || dtype.isComplex || dtype.isWideFloat
    else {
      throw Rejection(TorchRules.lazyBits, "elements are \(dtype.rawValue)")
    }
    return transform
  }

  /// `_rebuild_from_type_v2(function, type, arguments, state)`: the subclass is let go, the tensor
  /// stays.
  mutating func unwrapSubclass(_ call: TorchCall) throws(Rejection) -> TorchValue {
    guard let arguments = try call.argument(2).sequenceValue else {
      throw call.malformed("argument 2 is no tuple")
    }
    let inner = TorchCall(
      name: try call.symbol(0), arguments: arguments, state: nil, listItems: [], dictItems: [])
    guard inner.name != call.name else { throw call.malformed("it wraps itself") }
    leaveOut(call.arguments.dropFirst(3).first)
    if TorchConstructors.byName[inner.name] == nil {
      leftOut.tensors += arguments.count { $0.tensorValue != nil }
      for argument in arguments { leaveOut(argument) }
    }
    return try interpret(inner)
  }

  /// `_rebuild_device_tensor_from_numpy(array, dtype, device, requires_grad)`: NumPy has no
  /// bfloat16, so the array can be of a wider type than the tensor.
  mutating func deviceTensor(_ call: TorchCall) throws(Rejection) -> TorchValue {
    let stored = try call.tensor(0).content
    guard call.arguments.count > 1 else { return try call.argument(0) }
    let target = try TorchElementType(symbol: call.symbol(1)).dtype
    guard stored.dtype != target else { return try call.argument(0) }
    guard let cast = FloatCast(from: stored.dtype, to: target),
      let byteCount = target.byteCount(elements: stored.shape.elementCount)
    else {
      throw Rejection(
        TorchRules.unknownType, "an array of \(stored.dtype.rawValue) for \(target.rawValue)")
    }
    try tensors.spend(byteCount, stored.shape)
    var bytes: [UInt8] = []
    bytes.reserveCapacity(byteCount)
    try stored.forEachChunk { chunk throws(Rejection) in
      try cast.convert(chunk) { block throws(Rejection) in bytes += block.copied() }
    }
    guard let tensor = Tensor(dtype: target, shape: stored.shape, storage: Storage(bytes)) else {
      throw Rejection(TorchRules.sizeOverflow, "\(stored.shape)")
    }
    return .tensor(TorchTensor(content: .dense(tensor), storageKey: nil))
  }

  /// Counts the tensors among the attributes of a parameter or tensor subclass, which have no name.
  mutating func leaveOut(_ state: TorchValue?) {
    switch state {
    case .dict(let attributes):
      leftOut.tensors += attributes.entries.count { $0.value.tensorValue != nil }
    // The attributes and the slots, where a class has both.
    case .tuple(let parts):
      for case .dict(let attributes) in parts { leaveOut(.dict(attributes)) }
    default: break
    }
  }
}
