internal import Checkpoints
internal import Diagnostics
public import JSON
internal import TensorCore

/// A tensor of a file: what it decodes to, whatever form the file keeps it in.
public struct ManifestTensor: Sendable, Equatable {
  /// How a file keeps a tensor that is not plain.
  public struct Encoding: Sendable, Equatable {
    /// The id of the encoding.
    public let kind: String
    /// The bits of a code, where they are one number.
    public let bits: Int?
    /// What has a scale of its own: `row`, `group`, ….
    public let granularity: String?
  }

  /// Its name.
  public let name: String
  /// The type of the elements once decoded.
  public let dtype: String
  /// The extents once decoded.
  public let shape: [Int]
  /// The bytes that the file spends on it.
  public let storedByteCount: Int
  /// How the file keeps it; nil for plain elements.
  public let encoding: Encoding?
  /// The SHA-256 of the decoded elements, as `birdie inspect --hash` gives it; nil without data.
  public let sha256: String?

  init(_ inspection: TensorInspection) {
    let tensor = inspection.tensor
    name = tensor.name
    dtype = tensor.dtype.rawValue
    shape = tensor.shape.dimensions
    storedByteCount = tensor.storedByteCount
    encoding = tensor.content.encoding.map { encoding in
      Encoding(kind: encoding.kind, bits: encoding.bits, granularity: encoding.granularity)
    }
    sha256 = inspection.sha256
  }

  init(_ reader: StrictReader) throws(Rejection) {
    name = try reader.text("name")
    dtype = try reader.text("dtype")
    var shape: [Int] = []
    for element in try reader.elements("shape") {
      guard let extent = element.integer, extent >= 0 else {
        throw reader.defect("`shape` is no list of counts")
      }
      shape.append(extent)
    }
    self.shape = shape
    storedByteCount = try reader.count("bytes")
    sha256 = reader.value("sha256") == .null ? nil : try reader.digest("sha256")
    let value = reader.value("encoding")
    guard value != .null else {
      encoding = nil
      return
    }
    let inner = try StrictReader(value, reader.rule, "encoding of \(name.debugDescription)")
    encoding = Encoding(
      kind: try inner.text("kind"), bits: try inner.optionalCount("bits"),
      granularity: try inner.optionalText("granularity"))
  }

  /// Whether both have the same elements: type, shape and bytes once decoded.
  func hasElements(of other: ManifestTensor) -> Bool {
    dtype == other.dtype && shape == other.shape && sha256 == other.sha256
  }

  /// Byte by byte, as names are compared.
  public static func == (left: ManifestTensor, right: ManifestTensor) -> Bool {
    left.name.utf8.elementsEqual(right.name.utf8) && left.hasElements(of: right)
      && left.storedByteCount == right.storedByteCount && left.encoding == right.encoding
  }

  /// As JSON: the keys of `birdie inspect --json --hash`.
  public var json: JSONValue {
    .object([
      ("name", .string(name)), ("dtype", .string(dtype)),
      ("shape", .array(shape.map(JSONValue.integer))), ("bytes", .integer(storedByteCount)),
      ("encoding", encoding.map(\.json) ?? .null),
      ("sha256", sha256.map(JSONValue.string) ?? .null),
    ])
  }
}

extension ManifestTensor.Encoding {
  fileprivate var json: JSONValue {
    .object([
      ("kind", .string(kind)), ("bits", bits.map(JSONValue.integer) ?? .null),
      ("granularity", granularity.map(JSONValue.string) ?? .null),
    ])
  }
}
