internal import Diagnostics
internal import EntropyCoding
internal import JSON
internal import TensorCore

/// A tensor on its way into an artifact: what the directory says of it, and where its bytes come
/// from.
struct TensorDraft {
  /// One of its components.
  struct Part {
    /// Its name, in which `@` is the tensor's; nil where the tensor has elements and no parts.
    let pattern: String?
    let dtype: DType
    let shape: Shape
    let hints: ComponentHints
    let source: ComponentSource

    var encoder: ComponentEncoder { ComponentEncoder(dtype, shape, hints) }
  }

  let name: String
  let dtype: DType
  let shape: Shape
  /// The method and its parameters; empty for elements.
  let encoding: String
  let parts: [Part]

  /// The bytes of all parts; the largest number there is where they are none.
  var byteCount: Int {
    parts.reduce(0) { sum, part in
      let count = part.dtype.byteCount(elements: part.shape.elementCount) ?? .max
      let (total, overflows) = sum.addingReportingOverflow(count)
      return overflows ? .max : total
    }
  }

  /// Elements as they are.
  init(_ name: String, _ dtype: DType, _ shape: Shape, _ source: @escaping ComponentSource) {
    (self.name, self.dtype, self.shape, encoding) = (name, dtype, shape, "")
    parts = [
      Part(pattern: nil, dtype: dtype, shape: shape, hints: ComponentHints(), source: source)
    ]
  }

  /// Codes and scales. What in the names of the parts is the tensor's name in the input, `source`,
  /// becomes its new name.
  init(_ name: String, _ tensor: EncodedTensor, namedFor source: String) {
    guard let kept = tensor.encoding as? any KeptEncoding else {
      preconditionFailure("\(tensor.encoding.kind) cannot be kept")
    }
    (self.name, dtype, shape) = (name, tensor.dtype, tensor.shape)
    encoding = type(of: kept).method + " " + JSONValue.object(kept.parameters).text()
    let patterns = ComponentName.patterns(
      tensor.components.map(\.name), tensor: source, renamed: name)
    parts = tensor.components.enumerated().map { index, component in
      let part = component.tensor
      return Part(
        pattern: patterns[index], dtype: part.dtype, shape: part.shape,
        hints: index == 0 ? Self.hints(tensor.encoding, tensor.shape) : ComponentHints(),
        source: { (body) throws(Rejection) in try part.forEachChunk(body) })
    }
  }

  /// What the encoding tells about its codes.
  private static func hints(_ encoding: any TensorEncoding, _ shape: Shape) -> ComponentHints {
    ComponentHints(trellis: (encoding as? GridCodes)?.trellis, fields: fields(encoding, shape))
  }

  /// The codes that packed bytes hold; nil where bytes are codes or hold anything else.
  private static func fields(_ encoding: any TensorEncoding, _ shape: Shape) -> FieldLayout? {
    switch encoding {
    case let codes as PackedIntegers:
      FieldLayout(.bits(codes.width), rows: shape.dimensions.first ?? 1)
    case let codes as TernaryBase3: FieldLayout(.digits(base: 3), rows: codes.geometry.rows)
    case let codes as BinarySigns: FieldLayout(.bits(1), rows: codes.geometry.rows)
    default: nil
    }
  }
}
