import Diagnostics

/// What the central directory says about one entry, with 64-bit sizes folded in.
struct CentralHeader {
  static let byteCount = 46

  let name: String
  let nameBytes: [UInt8]
  let flags: ZipFlags
  let method: ZipEntry.Method
  let crc32: UInt32
  let compressedSize: Int
  let size: Int
  let localHeaderOffset: Int
  /// Where the next header begins.
  let end: Int

  /// Reads the header at `offset`, which with its name and extra fields must end by `limit`.
  init(
    at offset: Int, in bytes: RawSpan, before limit: Int, limits: ArchiveLimits,
    audit: inout Audit
  ) throws(Rejection) {
    let place = Place(offset: offset)
    guard limit - offset >= Self.byteCount, bytes.hasPrefix([0x50, 0x4B, 1, 2], at: offset) else {
      throw Rejection(ArchiveRules.badDirectory, "no header of an entry here", at: place)
    }
    let nameStart = offset + Self.byteCount
    let extraStart = nameStart + Int(bytes.uint16(at: offset + 28))
    let commentStart = extraStart + Int(bytes.uint16(at: offset + 30))
    end = commentStart + Int(bytes.uint16(at: offset + 32))
    guard end <= limit else {
      throw Rejection(
        ArchiveRules.badDirectory, "the header of an entry runs past the directory", at: place)
    }
    nameBytes = bytes.array(nameStart..<extraStart)
    name = try Self.checkedName(nameBytes, limits, place)
    let member = Place(member: name)
    flags = ZipFlags(rawValue: bytes.uint16(at: offset + 8))
    method = try flags.method(bytes.uint16(at: offset + 10), place: member)
    crc32 = bytes.uint32(at: offset + 16)
    let extra = try ExtraFields(bytes, in: extraStart..<commentStart, place: member)
    try Self.refuseOtherName(extra.unicodeName, nameBytes, place: member)
    let sizes = try WideSizes(bytes, at: offset, extra: extra, place: member)
    (size, compressedSize, localHeaderOffset) = (sizes.size, sizes.compressed, sizes.offset)
    try refuseSpecialFile(attributes: bytes.uint32(at: offset + 38))
    try checkSizes(limits, audit: &audit)
    if !flags.contains(.utf8), nameBytes.contains(where: { $0 >= 0x80 }) {
      audit.warn(
        ArchiveRules.unsafeName,
        "the name is UTF-8 but not marked so; other readers may show it "
          + "differently", at: member)
    }
  }

  private static func checkedName(
    _ bytes: [UInt8], _ limits: ArchiveLimits, _ place: Place
  ) throws(Rejection) -> String {
    do throws(EntryName.Objection) {
      return try EntryName(bytes, maximumByteCount: limits.nameByteCount).text
    } catch {
      throw Rejection(ArchiveRules.unsafeName, error.message, at: place)
    }
  }

  /// Some readers prefer the name in an extra field, so it has to be the same.
  static func refuseOtherName(
    _ other: [UInt8]?, _ name: [UInt8], place: Place
  ) throws(Rejection) {
    if let other, other != name {
      throw Rejection(
        ArchiveRules.contradictingHeaders,
        "an extra field gives the entry another name, \(EntryName.printable(other))", at: place)
    }
  }

  /// Only plain files and folders may be listed; the mode is in the upper half of the attributes.
  private func refuseSpecialFile(attributes: UInt32) throws(Rejection) {
    let kind = attributes >> 28
    guard [0, 0x8, 0x4].contains(kind) else {
      let what = kind == 0xA ? "a symbolic link" : "a special file"
      throw Rejection(ArchiveRules.unsafeName, "the entry is \(what)", at: Place(member: name))
    }
  }

  private func checkSizes(_ limits: ArchiveLimits, audit: inout Audit) throws(Rejection) {
    let place = Place(member: name)
    if method == .stored, compressedSize != size {
      throw Rejection(
        ArchiveRules.contradictingHeaders,
        "stored as it is, yet \(compressedSize) bytes stand for \(size)", at: place)
    }
    if name.utf8.last == UInt8(ascii: "/"), size != 0 {
      throw Rejection(ArchiveRules.unsafeName, "a folder with \(size) bytes in it", at: place)
    }
    let (allowed, overflow) = compressedSize.multipliedReportingOverflow(by: limits.inflationRatio)
    if method == .deflated, size > limits.inflationRatioFloor, !overflow, size > allowed {
      try audit.enforce(
        ArchiveRules.bomb,
        "\(compressedSize) bytes unpack to \(size), more than \(limits.inflationRatio) times as "
          + "many", at: place)
    }
  }
}

/// The general-purpose flags of an entry.
struct ZipFlags: OptionSet {
  let rawValue: UInt16

  /// How hard the compressor tried: of no concern to a reader.
  static let effort = ZipFlags(rawValue: 0b110)
  /// Sizes and checksum follow the payload.
  static let dataDescriptor = ZipFlags(rawValue: 1 << 3)
  /// The name is UTF-8.
  static let utf8 = ZipFlags(rawValue: 1 << 11)
  static let encrypted: [ZipFlags] = [1, 1 << 6, 1 << 13].map(ZipFlags.init(rawValue:))
  static let patched = ZipFlags(rawValue: 1 << 5)

  /// The method behind `number`, if these flags leave the payload readable.
  func method(_ number: UInt16, place: Place) throws(Rejection) -> ZipEntry.Method {
    let rule = ArchiveRules.unsupportedMethod
    if Self.encrypted.contains(where: contains) {
      throw Rejection(rule, "the entry is encrypted", at: place)
    }
    if contains(.patched) { throw Rejection(rule, "the entry is a patch", at: place) }
    guard isSubset(of: [.effort, .dataDescriptor, .utf8]) else {
      throw Rejection(rule, "unknown flags \(String(rawValue, radix: 2))", at: place)
    }
    switch number {
    case 0: return .stored
    case 8: return .deflated
    default: throw Rejection(rule, "compression method \(number)", at: place)
    }
  }
}

/// Size, compressed size and header offset from a central header and its zip64 field.
private struct WideSizes {
  let size: Int
  let compressed: Int
  let offset: Int

  init(
    _ bytes: RawSpan, at header: Int, extra: ExtraFields, place: Place
  ) throws(Rejection) {
    let narrow = [
      bytes.uint32(at: header + 24), bytes.uint32(at: header + 20), bytes.uint32(at: header + 42),
    ]
    let wide = extra.wideNumbers ?? []
    var unread = wide[...]
    var numbers: [UInt64] = []
    for number in narrow {
      guard number == .max, extra.wideNumbers != nil else {
        numbers.append(UInt64(number))
        continue
      }
      guard let next = unread.popFirst() else {
        throw Rejection(ArchiveRules.badZip64, "the zip64 field is too short", at: place)
      }
      numbers.append(next)
    }
    // Writers that list all fields, needed or not, are fine as long as both ways of reading agree.
    if !unread.isEmpty, !zip(wide, numbers).allSatisfy(==) {
      throw Rejection(
        ArchiveRules.badZip64, "the zip64 field contradicts the 32-bit sizes", at: place)
    }
    let disk = bytes.uint16(at: header + 34)
    guard disk == 0 || (disk == .max && extra.wideDisk == 0), (extra.wideDisk ?? 0) == 0 else {
      throw Rejection(ArchiveRules.badDirectory, "the entry lies on another disk", at: place)
    }
    let exact = numbers.compactMap { Int(exactly: $0) }
    guard exact.count == 3 else {
      throw Rejection(ArchiveRules.badZip64, "a size or offset of 2^63 or more", at: place)
    }
    (size, compressed, offset) = (exact[0], exact[1], exact[2])
  }
}
