public import Diagnostics

/// An encoding of integer codes times a step, which may be another one for each element.
public protocol SteppedEncoding: TensorEncoding {
  /// The encoding under which the first component's codes are multiples of the same steps.
  var multiples: any TensorEncoding { get }
}

extension GridCodes: SteppedEncoding {
  /// Without the trellis, whose points lie between the codes.
  public var multiples: any TensorEncoding { GridCodes(trellis: nil) }
}

extension ScaledCodes: SteppedEncoding {
  /// Itself.
  public var multiples: any TensorEncoding { self }
}

extension EncodedTensor {
  /// A tensor whose elements are the steps that this one's are multiples of; nil for encodings that
  /// have none. It is as large as the codes.
  public func steps() throws(Rejection) -> EncodedTensor? {
    guard let stepped = encoding as? any SteppedEncoding, let codes = components.first,
      let ones = Tensor(
        dtype: .i8, shape: codes.tensor.shape,
        storage: Storage([UInt8](repeating: 1, count: codes.tensor.shape.elementCount)))
    else { return nil }
    return try EncodedTensor(
      dtype: .f32, shape: shape, encoding: stepped.multiples,
      components: [Component(name: codes.name, tensor: ones)] + components.dropFirst())
  }
}
