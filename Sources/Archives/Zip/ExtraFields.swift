import Diagnostics

/// The tagged extra fields of a header that change its meaning; the others are padding to us.
struct ExtraFields {
  /// The 64-bit numbers of the zip64 field, in the order of the file.
  private(set) var wideNumbers: [UInt64]?
  /// The disk number that may end the zip64 field.
  private(set) var wideDisk: UInt32?
  /// The name that some readers prefer over the header's.
  private(set) var unicodeName: [UInt8]?

  /// Reads the fields in `range`, which must be inside `bytes`.
  init(_ bytes: RawSpan, in range: Range<Int>, place: Place) throws(Rejection) {
    var position = range.lowerBound
    while range.upperBound - position >= 4 {
      let tag = bytes.uint16(at: position)
      let start = position + 4
      let end = start + Int(bytes.uint16(at: position + 2))
      guard end <= range.upperBound else {
        throw Rejection(
          ArchiveRules.contradictingHeaders,
          "an extra field of \(end - start) bytes does not fit in its header", at: place)
      }
      try read(tag, bytes.extracting(start..<end), place)
      position = end
    }
    // Some alignment tools pad with fewer zeros than a field's head.
    for offset in position..<range.upperBound where bytes.byte(at: offset) != 0 {
      throw Rejection(
        ArchiveRules.contradictingHeaders, "stray bytes follow the extra fields", at: place)
    }
  }

  private mutating func read(
    _ tag: UInt16, _ content: RawSpan, _ place: Place
  ) throws(Rejection) {
    switch tag {
    case 0x0001:
      guard wideNumbers == nil else {
        throw Rejection(ArchiveRules.badZip64, "two zip64 fields in one header", at: place)
      }
      try readWideNumbers(content, place)
    case 0x7075 where content.byteCount >= 5:
      // One byte of version and the CRC-32 of the name that it replaces come first.
      unicodeName = content.array(5..<content.byteCount)
    case 0x9901:
      throw Rejection(ArchiveRules.unsupportedMethod, "the entry is encrypted with AES", at: place)
    default: break
    }
  }

  private mutating func readWideNumbers(
    _ content: RawSpan, _ place: Place
  ) throws(Rejection) {
    guard content.byteCount <= 28, content.byteCount % 8 == 0 || content.byteCount % 8 == 4 else {
      throw Rejection(
        ArchiveRules.badZip64, "a zip64 field of \(content.byteCount) bytes", at: place)
    }
    wideNumbers = (0..<content.byteCount / 8).map { content.uint64(at: $0 * 8) }
    if content.byteCount % 8 == 4 { wideDisk = content.uint32(at: content.byteCount - 4) }
  }
}
