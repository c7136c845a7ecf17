public import Diagnostics
internal import JSON
internal import TensorCore

/// Hugging Face's safetensors: a JSON header and the tensors' bytes, nothing else.
public enum SafetensorsFormat: CheckpointFormat {
  /// `safetensors`.
  public static let id = "safetensors"
  /// The heading in lists of formats.
  public static let title = "safetensors file"
  /// The specification.
  public static let reference = "https://github.com/huggingface/safetensors"

  /// Whether the file begins like a safetensors file, a damaged one included: a plausible length,
  /// then, white space aside, an opening brace and what may follow one.
  ///
  /// Files that are wrong in a way that has a rule are recognized, so that the rule is named
  /// instead of “unknown format”.
  public static func recognizes(_ input: CheckpointInput) -> Bool {
    guard !input.isFolder else { return false }
    let bytes = input.storage.bytes
    // Lengths of a terabyte and more are text or another format's magic number.
    guard let length = statedHeaderLength(in: bytes), length >> 40 == 0 else { return false }
    let beginning = bytes.extracting(8..<min(bytes.byteCount, 8 + 256))
    var scanner = JSONScanner(beginning)
    if scanner.byte(at: 0) == 0xef, scanner.byte(at: 1) == 0xbb, scanner.byte(at: 2) == 0xbf {
      scanner.position = 3
    }
    guard scanner.peek() == UInt8(ascii: "{") else { return false }
    scanner.position += 1
    switch scanner.peek() {
    case UInt8(ascii: "\""), UInt8(ascii: "}"), UInt8(ascii: "{"), UInt8(ascii: "/"), nil:
      return true
    default: return false
    }
  }

  /// Reads and validates the header; the tensors are slices of the input. Throws S01 to S23, and
  /// S26, C08 or C09 for codes that were kept.
  public static func open(
    _ input: CheckpointInput, audit: inout Audit
  ) throws(Rejection) -> Checkpoint {
    var checkpoint = try read(input, audit: &audit)
    try checkpoint.bindKeptCodes(audit: &audit)
    return checkpoint
  }

  /// Reads a file of which other files may hold the rest: codes and scales stay apart.
  static func read(
    _ input: CheckpointInput, audit: inout Audit
  ) throws(Rejection) -> Checkpoint {
    let warningsBefore = audit.warnings.count
    let header = try SafetensorsHeader(parsing: input.storage.bytes, audit: &audit)
    var tensors: [NamedTensor] = []
    tensors.reserveCapacity(header.entries.count)
    for entry in header.entries {
      let start = header.payloadStart + entry.range.lowerBound
      guard let storage = input.storage.slice(start..<(start + entry.range.count)),
        let tensor = Tensor(dtype: entry.dtype, shape: entry.shape, storage: storage)
      else {
        throw Rejection(
          SafetensorsRules.sizeMismatch, "type, shape and range disagree",
          at: Place(tensor: entry.name))
      }
      tensors.append(NamedTensor(name: entry.name, content: .dense(tensor)))
    }
    let metadata = header.metadata ?? [:]
    var checkpoint = Checkpoint(
      format: id, tensors: tensors, metadata: metadata,
      ties: ties(in: metadata, among: header.entries.map(\.name)),
      warnings: Array(audit.warnings[warningsBefore...]))
    checkpoint.hasEmptyMetadata = header.metadata?.isEmpty ?? false
    return checkpoint
  }

  /// The length that the first eight bytes state, or nil where there are fewer.
  static func statedHeaderLength(in bytes: RawSpan) -> UInt64? {
    guard bytes.byteCount >= 8 else { return nil }
    // In bounds: eight bytes were just seen to be there.
    return UInt64(littleEndian: unsafe bytes.unsafeLoadUnaligned(as: UInt64.self))
  }

  /// The ties that `save_model` notes in the metadata as `{dropped name: kept name}`: groups that
  /// begin with the kept name. A key that names a tensor of the file, or a value that names none,
  /// is other metadata.
  static func ties(in metadata: TextMap, among names: [String]) -> [[String]] {
    guard !metadata.isEmpty else { return [] }
    let known = Set(names.map(ExactText.init))
    var dropped: [ExactText: [String]] = [:]
    // Every writer states `"format": "pt"`, and a tensor may well be called pt.
    for (key, value) in metadata where key != "format" {
      guard known.contains(ExactText(value)), !known.contains(ExactText(key)) else { continue }
      dropped[ExactText(value), default: []].append(key)
    }
    return names.compactMap { kept in dropped[ExactText(kept)].map { [kept] + $0.sorted() } }
  }
}
