public import Diagnostics
internal import JSON
public import TensorCore

/// What a safetensors file says about its tensors, checked against the file's length.
///
/// Every byte of a file that passes belongs to the length, the header or exactly one tensor.
/// https://github.com/huggingface/safetensors#format
public struct SafetensorsHeader: Sendable {
  /// One tensor and where its bytes lie.
  public struct Entry: Sendable {
    /// The name.
    public let name: String
    /// The type of the elements.
    public let dtype: DType
    /// The extents.
    public let shape: Shape
    /// The bytes, counted from the start of the payload.
    public let range: Range<Int>
  }

  /// How much a header may ask of the reader.
  public struct Limits: Sendable {
    /// The longest header in bytes; the reference's limit.
    public var byteCount = 100_000_000
    /// The most tensors.
    public var tensorCount = 1_000_000
    /// The most axes of a tensor.
    public var rank = 64
    /// The longest name in bytes of UTF-8.
    public var nameByteCount = 4096

    /// The limits that every file in the wild keeps.
    public init() {}
  }

  /// The format's types in its order of alignment; the writer sorts by it, last first.
  public static let dtypes: [DType] = [
    .bool, .f4, .f6e2m3, .f6e3m2, .u8, .i8, .f8e5m2, .f8e4m3, .f8e8m0, .f8e4m3fnuz, .f8e5m2fnuz,
    .i16, .u16, .f16, .bf16, .i32, .u32, .f32, .c64, .f64, .i64, .u64,
  ]

  /// The tensors in the order of their bytes.
  public let entries: [Entry]
  /// The `__metadata__` of the header; nil when it has none.
  public let metadata: TextMap?
  /// Where the payload begins in the file.
  public let payloadStart: Int

  /// Reads and validates the header of the file that fills `bytes`. Touches no page of the payload
  /// but the last ones, where the end of a zip archive would be.
  public init(
    parsing bytes: RawSpan, limits: Limits = Limits(), audit: inout Audit
  ) throws(Rejection) {
    let header = try Self.headerRange(in: bytes, limits)
    try Self.checkStart(of: header, in: bytes, audit: &audit)
    var parser = SafetensorsHeaderParser(bytes.extracting(header), limits)
    try parser.parse(audit: &audit)
    // Stable, so that tensors without bytes stay where the header has them.
    entries = parser.entries.sorted {
      ($0.range.lowerBound, $0.range.upperBound) < ($1.range.lowerBound, $1.range.upperBound)
    }
    metadata = parser.metadata
    payloadStart = header.upperBound
    try validate(bytes, audit: &audit)
  }

  private static func headerRange(
    in bytes: RawSpan, _ limits: Limits
  ) throws(Rejection) -> Range<Int> {
    guard let length = SafetensorsFormat.statedHeaderLength(in: bytes) else {
      throw Rejection(
        SafetensorsRules.headerLength, "the file has \(bytes.byteCount) bytes, fewer than 8")
    }
    guard length > 0, length <= limits.byteCount else {
      throw Rejection(
        SafetensorsRules.headerLength,
        "the header's stated length is \(length) bytes; 1 to \(limits.byteCount) are allowed",
        at: Place(offset: 0))
    }
    guard length <= UInt64(bytes.byteCount - 8) else {
      throw Rejection(
        SafetensorsRules.headerLength,
        "the header's stated length is \(length) bytes, and \(bytes.byteCount - 8) follow",
        at: Place(offset: 0))
    }
    return 8..<(8 + Int(length))
  }

  private static func checkStart(
    of header: Range<Int>, in bytes: RawSpan, audit: inout Audit
  ) throws(Rejection) {
    var scanner = JSONScanner(bytes.extracting(header))
    let place = Place(offset: header.lowerBound)
    guard scanner.peek() == UInt8(ascii: "{") else {
      let defect = scanner.misplaced()
      throw Rejection(SafetensorsRules.headerStart, "the header \(defect)", at: place)
    }
    if scanner.position > 0 {
      try audit.enforce(
        SafetensorsRules.headerStart,
        "\(scanner.position) bytes of white space come before the header's {", at: place)
    }
  }
}
