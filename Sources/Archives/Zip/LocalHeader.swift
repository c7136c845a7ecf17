import Diagnostics

/// The header right before an entry's payload, checked against the central directory.
struct LocalHeader {
  static let byteCount = 30

  /// Where the payload begins.
  let dataOffset: Int
  /// Where the entry's bytes end, the data descriptor included.
  let end: Int

  /// Reads the header that `central` points at; everything of the entry must end by `limit`.
  init(of central: CentralHeader, in bytes: RawSpan, before limit: Int) throws(Rejection) {
    let place = Place(member: central.name)
    let offset = central.localHeaderOffset
    guard offset <= limit, limit - offset >= Self.byteCount,
      bytes.hasPrefix([0x50, 0x4B, 3, 4], at: offset)
    else {
      throw Rejection(
        ArchiveRules.badHeaderOffset, "no local header at byte \(offset) of the file", at: place)
    }
    let nameStart = offset + Self.byteCount
    let extraStart = nameStart + Int(bytes.uint16(at: offset + 26))
    dataOffset = extraStart + Int(bytes.uint16(at: offset + 28))
    guard dataOffset <= limit, central.compressedSize <= limit - dataOffset else {
      throw Rejection(
        ArchiveRules.overlappingEntries,
        "\(central.compressedSize) bytes of payload at \(dataOffset) run into what follows at "
          + "\(limit)", at: place)
    }
    let dataEnd = dataOffset + central.compressedSize
    let name = bytes.array(nameStart..<extraStart)
    guard name == central.nameBytes else {
      throw Self.contradiction("its local header calls it \(EntryName.printable(name))", place)
    }
    guard bytes.uint16(at: offset + 6) == central.flags.rawValue else {
      throw Self.contradiction("the flags of its two headers differ", place)
    }
    guard bytes.uint16(at: offset + 8) == (central.method == .stored ? 0 : 8) else {
      throw Self.contradiction("its two headers name different methods", place)
    }
    let extra = try ExtraFields(bytes, in: extraStart..<dataOffset, place: place)
    try CentralHeader.refuseOtherName(extra.unicodeName, name, place: place)
    try Self.compare(bytes, at: offset, extra, with: central, place)
    guard central.flags.contains(.dataDescriptor) else {
      end = dataEnd
      return
    }
    let descriptor = DataDescriptor(of: central, at: dataEnd, in: bytes.extracting(..<limit))
    guard let descriptor else {
      throw Self.contradiction("no data descriptor with its sizes follows the payload", place)
    }
    end = dataEnd + descriptor.byteCount
  }

  private static func contradiction(_ message: String, _ place: Place) -> Rejection {
    Rejection(ArchiveRules.contradictingHeaders, message, at: place)
  }

  /// Sizes and checksum must be the central ones; a writer that did not know them yet left zeros.
  private static func compare(
    _ bytes: RawSpan, at offset: Int, _ extra: ExtraFields, with central: CentralHeader,
    _ place: Place
  ) throws(Rejection) {
    let mayBeZero = central.flags.contains(.dataDescriptor)
    let crc32 = bytes.uint32(at: offset + 14)
    guard crc32 == central.crc32 || (mayBeZero && crc32 == 0) else {
      throw contradiction("its two headers state different checksums", place)
    }
    let truth = [central.size, central.compressedSize].map(UInt64.init)
    var unread = (extra.wideNumbers ?? [])[...]
    for (number, expected) in zip([22, 18].map({ bytes.uint32(at: offset + $0) }), truth) {
      let isWide = number == .max && extra.wideNumbers != nil
      guard let stated = isWide ? unread.popFirst() : UInt64(number) else {
        throw Rejection(ArchiveRules.badZip64, "the local zip64 field is too short", at: place)
      }
      guard stated == expected || (mayBeZero && stated == 0) else {
        throw contradiction("its two headers state sizes \(stated) and \(expected)", place)
      }
    }
    // torch adds the header's own offset here once that is beyond 4 GiB.
    let known = truth + [UInt64(central.localHeaderOffset)]
    for number in unread where !known.contains(number) && !(mayBeZero && number == 0) {
      throw Rejection(
        ArchiveRules.badZip64,
        "the local zip64 field holds \(number), which is nothing of the "
          + "entry's", at: place)
    }
  }
}

/// The checksum and sizes that follow a payload whose writer did not know them beforehand.
private struct DataDescriptor {
  static let signature: [UInt8] = [0x50, 0x4B, 7, 8]
  let byteCount: Int

  /// Recognises any of the four layouts in use: with or without signature, 32 or 64 bits.
  /// The longer ones come first because a short one can be a long one's beginning.
  init?(of central: CentralHeader, at offset: Int, in bytes: RawSpan) {
    let isSigned = bytes.hasPrefix(Self.signature, at: offset)
    for (headCount, isWide) in [(8, true), (8, false), (4, true), (4, false)] {
      guard headCount == 4 || isSigned else { continue }
      let total = headCount + (isWide ? 16 : 8)
      guard bytes.holds(total, at: offset) else { continue }
      let sizes = offset + headCount
      guard bytes.uint32(at: sizes - 4) == central.crc32,
        Self.number(bytes, at: sizes, isWide) == UInt64(central.compressedSize),
        Self.number(bytes, at: sizes + (isWide ? 8 : 4), isWide) == UInt64(central.size)
      else { continue }
      byteCount = total
      return
    }
    return nil
  }

  private static func number(_ bytes: RawSpan, at offset: Int, _ isWide: Bool) -> UInt64 {
    isWide ? bytes.uint64(at: offset) : UInt64(bytes.uint32(at: offset))
  }
}
