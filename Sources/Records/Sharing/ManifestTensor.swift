internal import Checkpoints
internal import Diagnostics
internal import JSON
internal import RecordFormats
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
  /// What the elements look like; nil where that is not told.
  public let values: ManifestValues?

  /// Describes a tensor whose values were read, by what was measured of them. Throws what decoding
  /// throws.
  init(_ inspection: TensorInspection) throws(Rejection) {
    let tensor = inspection.tensor
    name = tensor.name
    dtype = tensor.dtype.rawValue
    shape = tensor.shape.dimensions
    storedByteCount = tensor.storedByteCount
    encoding = tensor.content.encoding.map { encoding in
      Encoding(kind: encoding.kind, bits: encoding.bits, granularity: encoding.granularity)
    }
    sha256 = inspection.sha256
    values = try ManifestValues(inspection)
  }

  init(_ reader: RecordReader) throws(Rejection) {
    name = try reader.text(.name)
    dtype = try reader.text(.dtype)
    shape = try reader.counts(.shape)
    storedByteCount = try reader.count(.bytes)
    sha256 = try reader.optionalDigest(.sha256)
    encoding = try reader.optionalObject(.encoding).map(Encoding.init)
    values = try reader.optionalObject(.values).map(ManifestValues.init)
    guard let values else { return }
    guard values.elementCount == Self.elementCount(of: shape) else {
      throw reader.refusal(.values, "does not count the elements of `shape`")
    }
  }

  /// Nil where there are more elements than can be counted.
  private static func elementCount(of shape: [Int]) -> Int? {
    var count = 1
    for extent in shape {
      let (product, overflow) = count.multipliedReportingOverflow(by: extent)
      guard !overflow else { return nil }
      count = product
    }
    return count
  }

  /// Whether both have the same elements: type, shape and bytes once decoded.
  func hasElements(of other: ManifestTensor) -> Bool {
    dtype == other.dtype && shape == other.shape && sha256 == other.sha256
  }

  /// Whether a file that has `found` is as this says. What is not told of values may be anything.
  func admits(_ found: ManifestTensor) -> Bool {
    hasElements(of: found) && storedByteCount == found.storedByteCount
      && encoding == found.encoding && (values == nil || values == found.values)
  }

  /// Byte by byte, as names are compared.
  public static func == (left: ManifestTensor, right: ManifestTensor) -> Bool {
    left.name.utf8.elementsEqual(right.name.utf8) && left.admits(right)
      && left.values == right.values
  }

  /// As JSON: the keys of `birdie inspect --json --hash`, and `values` where they are told.
  var json: JSONValue {
    .record(
      [
        (.name, .string(name)), (.dtype, .string(dtype)),
        (.shape, .array(shape.map(JSONValue.integer))), (.bytes, .integer(storedByteCount)),
        (.encoding, encoding.map(\.json) ?? .null),
        (.sha256, sha256.map(JSONValue.string) ?? .null),
      ] + (values.map { [(.values, $0.json)] } ?? []))
  }
}

extension ManifestTensor.Encoding {
  fileprivate init(_ reader: RecordReader) throws(Rejection) {
    kind = try reader.text(.kind)
    bits = try reader.optionalCount(.bits)
    granularity = try reader.optionalText(.granularity)
  }

  fileprivate var json: JSONValue {
    .record([
      (.kind, .string(kind)), (.bits, bits.map(JSONValue.integer) ?? .null),
      (.granularity, granularity.map(JSONValue.string) ?? .null),
    ])
  }
}
