public import JSON
public import TensorCore

extension EncodedTensor {
  /// How the components become numbers, for reports and for the metadata of files of codes.
  public var schemeDescription: JSONValue {
    .object([
      ("kind", .string(encoding.kind)), ("bits", encoding.bits.map(JSONValue.integer) ?? .null),
      ("granularity", encoding.granularity.map(JSONValue.string) ?? .null),
      ("dtype", .string(dtype.rawValue)),
      ("shape", .array(shape.dimensions.map(JSONValue.integer))),
      ("components", .array(components.map { .string($0.name) })),
    ])
  }
}

extension TensorEncoding {
  /// Whether a conversion must say what becomes of the codes: PyTorch's quantized tensors have a
  /// type of their own, which no target has.
  var asksForPolicy: Bool { self is AffineCodes }
}
