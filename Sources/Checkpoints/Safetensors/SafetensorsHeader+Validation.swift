internal import Diagnostics
internal import TensorCore

extension SafetensorsHeader {
  /// Throws unless the tensors tile the payload and each has the bytes that its type and shape
  /// need: the rules S03 to S07, S19 and S23.
  func validate(_ bytes: RawSpan, audit: inout Audit) throws(Rejection) {
    var end = 0
    for entry in entries {
      guard entry.range.lowerBound == end else {
        let relation = entry.range.lowerBound > end ? "leaving a hole behind" : "overlapping"
        throw Rejection(
          SafetensorsRules.offsets,
          "begins at byte \(entry.range.lowerBound) of the payload, \(relation) what ends at "
            + "\(end)",
          at: Place(tensor: entry.name))
      }
      let need = try Self.byteCount(entry.dtype, entry.shape, name: entry.name)
      guard entry.range.count == need else {
        throw Rejection(
          SafetensorsRules.sizeMismatch,
          "\(entry.dtype.rawValue) \(entry.shape) needs \(need) bytes; its range has "
            + "\(entry.range.count)", at: Place(tensor: entry.name))
      }
      end = entry.range.upperBound
    }
    try checkEnd(end, bytes, audit: &audit)
  }

  private func checkEnd(
    _ end: Int, _ bytes: RawSpan, audit: inout Audit
  ) throws(Rejection) {
    let available = bytes.byteCount - payloadStart
    guard end <= available else {
      throw Rejection(
        SafetensorsRules.truncatedPayload,
        "the tensors end at byte \(end) of the payload; the file has \(available)",
        at: Place(tensor: entries.first { $0.range.upperBound > available }?.name))
    }
    if let start = Self.zipEnd(in: bytes) {
      try audit.enforce(
        SafetensorsRules.polyglot, "a zip archive's directory ends at the end of the file",
        at: Place(offset: start))
    }
    guard end == available else {
      throw Rejection(
        SafetensorsRules.trailingBytes, "\(available - end) bytes follow the last tensor",
        at: Place(offset: payloadStart + end))
    }
  }

  /// The bytes of a tensor; throws where they do not fit an `Int` or are no whole number.
  static func byteCount(
    _ dtype: DType, _ shape: Shape, name: String
  ) throws(Rejection) -> Int {
    if let count = dtype.byteCount(elements: shape.elementCount) { return count }
    let place = Place(tensor: name)
    guard !shape.elementCount.multipliedReportingOverflow(by: dtype.bitWidth).overflow else {
      throw Rejection(
        SafetensorsRules.overflow, "the size of \(dtype.rawValue) \(shape) overflows", at: place)
    }
    throw Rejection(
      SafetensorsRules.subByteTotal,
      "\(shape.elementCount) elements of \(dtype.bitWidth) bits fill no whole bytes", at: place)
  }

  /// Where a zip archive's end record begins whose comment reaches exactly to the end of `bytes`.
  private static func zipEnd(in bytes: RawSpan) -> Int? {
    let recordByteCount = 22
    guard bytes.byteCount >= recordByteCount else { return nil }
    let last = bytes.byteCount - recordByteCount
    for start in stride(from: last, through: max(0, last - 0xffff), by: -1) {
      // In bounds: a record of 22 bytes lies between `start` and the end.
      guard unsafe bytes.unsafeLoadUnaligned(fromByteOffset: start, as: UInt32.self) == 0x0605_4b50
      else { continue }
      let comment = unsafe bytes.unsafeLoadUnaligned(fromByteOffset: start + 20, as: UInt16.self)
      if start + recordByteCount + Int(comment) == bytes.byteCount { return start }
    }
    return nil
  }
}
