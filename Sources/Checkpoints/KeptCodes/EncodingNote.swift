internal import Diagnostics
internal import JSON
internal import TensorCore

/// What the metadata of a file of codes say about one tensor, under `birdie.encoding.NAME`.
///
/// Its JSON has the `method`, its `parameters`, the decoded `dtype` and `shape`, and the names of
/// the `components` in the order that the encoding documents; `kind`, `bits` and `granularity` say
/// the same in words for other programs and are not read.
struct EncodingNote {
  /// What a metadata key begins with.
  static let keyPrefix = "birdie.encoding."

  let components: [String]
  private let dtype: DType
  private let shape: Shape
  private let encoding: any TensorEncoding

  /// Reads a note; throws S26 where it is none.
  init(parsing text: String) throws(Rejection) {
    let document: JSONValue
    do throws(JSONDefect) { document = try JSONValue(parsing: Array(text.utf8)) } catch {
      throw Self.malformed("is no JSON: it \(error)")
    }
    guard let dtype = document["dtype"]?.string.flatMap(DType.init),
      let extents = document["shape"]?.elements, let shape = Self.shape(extents)
    else { throw Self.malformed("has no type and shape") }
    guard let names = document["components"]?.elements,
      case let components = names.compactMap(\.string), components.count == names.count,
      (1...Self.maximumComponents).contains(components.count)
    else { throw Self.malformed("has no list of components") }
    guard let method = document["method"]?.string, let parameters = document["parameters"],
      let type = KeptEncodings.all.first(where: { $0.method == method }),
      let encoding = type.init(parameters: parameters)
    else { throw Self.malformed("has no method that is known, or not the method's parameters") }
    self.dtype = dtype
    self.shape = shape
    self.components = components
    self.encoding = encoding
  }

  private static func shape(_ extents: [JSONValue]) -> Shape? {
    let dimensions = extents.compactMap(\.integer)
    return dimensions.count == extents.count && extents.count <= 64 ? Shape(dimensions) : nil
  }

  /// No encoding has more parts: a low-rank residual has six.
  private static let maximumComponents = 6

  private static func malformed(_ reason: String) -> Rejection {
    Rejection(SafetensorsRules.encodingNote, "the note \(reason)")
  }

  /// The tensor that these parts make; throws C08 or C09 where they do not fit together.
  func tensor(of parts: [EncodedTensor.Component]) throws(Rejection) -> EncodedTensor {
    try EncodedTensor(dtype: dtype, shape: shape, encoding: encoding, components: parts)
  }
}

extension EncodedTensor {
  /// The note for a file in which the components have these names; nil for an encoding that no
  /// note can describe.
  func note(components names: [String]) -> String? {
    guard let kept = encoding as? any KeptEncoding else { return nil }
    let note: JSONValue = .object([
      ("kind", .string(encoding.kind)), ("bits", encoding.bits.map(JSONValue.integer) ?? .null),
      ("granularity", encoding.granularity.map(JSONValue.string) ?? .null),
      ("dtype", .string(dtype.rawValue)),
      ("shape", .array(shape.dimensions.map(JSONValue.integer))),
      ("components", .array(names.map(JSONValue.string))),
      ("method", .string(type(of: kept).method)), ("parameters", .object(kept.parameters)),
    ])
    return note.text()
  }
}
