public import Diagnostics
internal import JSON
public import TensorCore

/// The header of a safetensors file that is to be written, and where each tensor's bytes go.
public struct SafetensorsLayout: Sendable {
  /// One tensor's place in the payload.
  public struct Entry: Sendable {
    /// The tensor's position in the list that was planned.
    public let index: Int
    /// The name.
    public let name: String
    /// The bytes, counted from the start of the payload.
    public let range: Range<Int>
  }

  /// What comes before the payload: the length, the JSON and its padding; a multiple of 8 bytes.
  public let headerBytes: [UInt8]
  /// The tensors in the order in which their bytes follow the header, without gaps.
  public let entries: [Entry]
  /// The length of the whole file.
  public let totalBytes: Int
}

extension SafetensorsHeader {
  /// Plans a file, byte for byte as the reference's writer does: the widest types first, then by
  /// name, compact JSON, spaces up to a multiple of 8 bytes.
  ///
  /// Metadata keys are sorted, where the reference writes two or more in random order. Metadata
  /// that is nil is left out, empty metadata is written. Throws S24 for types and names that the
  /// format lacks, S16 and S10 for names that a strict reader would refuse.
  public static func encode(
    _ tensors: [(name: String, dtype: DType, shape: Shape)], metadata: TextMap?,
    audit: inout Audit
  ) throws(Rejection) -> SafetensorsLayout {
    var entries: [SafetensorsLayout.Entry] = []
    entries.reserveCapacity(tensors.count)
    var writer = JSONWriter()
    writer.raw("{")
    if let metadata { write(metadata, to: &writer) }
    var end = 0
    var isFirst = metadata == nil
    for index in try payloadOrder(of: tensors, audit: &audit) {
      let tensor = tensors[index]
      let size = try byteCount(tensor.dtype, tensor.shape, name: tensor.name)
      let (next, overflow) = end.addingReportingOverflow(size)
      guard !overflow else {
        throw Rejection(
          SafetensorsRules.overflow, "the file's size overflows", at: Place(tensor: tensor.name))
      }
      if !isFirst { writer.raw(",") }
      isFirst = false
      write(tensor, range: end..<next, to: &writer)
      entries.append(.init(index: index, name: tensor.name, range: end..<next))
      end = next
    }
    writer.raw("}")
    return try layout(json: writer.bytes, entries, payloadByteCount: end)
  }

  private static func layout(
    json: [UInt8], _ entries: [SafetensorsLayout.Entry], payloadByteCount: Int
  ) throws(Rejection) -> SafetensorsLayout {
    let length = (json.count + 7) / 8 * 8
    guard length <= Limits().byteCount else {
      throw Rejection(
        SafetensorsRules.headerLength, "the header would have \(length) bytes; write shards")
    }
    let (total, overflow) = payloadByteCount.addingReportingOverflow(8 + length)
    guard !overflow else {
      throw Rejection(SafetensorsRules.overflow, "the file's size overflows")
    }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(8 + length)
    for shift in 0..<8 { bytes.append(UInt8(truncatingIfNeeded: length >> (8 * shift))) }
    bytes += json
    bytes += repeatElement(UInt8(ascii: " "), count: length - json.count)
    return SafetensorsLayout(headerBytes: bytes, entries: entries, totalBytes: total)
  }

  /// The positions of the tensors by type, widest first, then by the bytes of their names.
  private static func payloadOrder(
    of tensors: [(name: String, dtype: DType, shape: Shape)], audit: inout Audit
  ) throws(Rejection) -> [Int] {
    var ranks: [DType: Int] = [:]
    for (rank, dtype) in dtypes.enumerated() { ranks[dtype] = -rank }
    var names: Set<ExactText> = []
    var keys: [(rank: Int, index: Int)] = []
    for (index, tensor) in tensors.enumerated() {
      let place = Place(tensor: tensor.name)
      guard let rank = ranks[tensor.dtype], tensor.name != "__metadata__" else {
        throw Rejection(
          SafetensorsRules.notRepresentable,
          tensor.name == "__metadata__"
            ? "the name is taken" : "the format has no type \(tensor.dtype.rawValue)", at: place)
      }
      guard names.insert(ExactText(tensor.name)).inserted else {
        throw Rejection(
          SafetensorsRules.duplicateTensor, "two tensors have this name", at: place)
      }
      if let complaint = SafetensorsHeaderParser.complaint(aboutName: tensor.name) {
        try audit.enforce(SafetensorsRules.name, complaint, at: place)
      }
      keys.append((rank, index))
    }
    return keys.sorted {
      guard $0.rank == $1.rank else { return $0.rank < $1.rank }
      return tensors[$0.index].name.utf8.lexicographicallyPrecedes(tensors[$1.index].name.utf8)
    }.map(\.index)
  }

  private static func write(_ metadata: TextMap, to writer: inout JSONWriter) {
    writer.raw("\"__metadata__\":")
    writer.write(.object(metadata.map { (key: $0.key, value: .string($0.value)) }))
  }

  private static func write(
    _ tensor: (name: String, dtype: DType, shape: Shape), range: Range<Int>,
    to writer: inout JSONWriter
  ) {
    writer.string(tensor.name)
    writer.raw(":{\"dtype\":\"\(tensor.dtype.rawValue)\",\"shape\":[")
    writer.raw(tensor.shape.dimensions.map(String.init).joined(separator: ","))
    writer.raw("],\"data_offsets\":[\(range.lowerBound),\(range.upperBound)]}")
  }
}
