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
    return try interpret(inner)
  }
}
