import Diagnostics

/// One 512-byte header block of a tar archive, its checksum verified.
struct TarHeader {
  static let byteCount = 512

  /// The type flag: `0` for a file, `5` for a folder, `x` and `L` for what precedes a long name.
  let kind: UInt8
  let size: Int
  /// The name from the header itself, prefix included.
  let name: [UInt8]
  let offset: Int

  /// Reads the block at `offset`; nil where a block of zeros marks the archive's end.
  init?(at offset: Int, in bytes: RawSpan) throws(Rejection) {
    let place = Place(offset: offset)
    guard bytes.holds(Self.byteCount, at: offset) else {
      throw Rejection(ArchiveRules.badTar, "the archive is cut off", at: place)
    }
    let block = bytes.array(offset..<offset + Self.byteCount)
    guard block.contains(where: { $0 != 0 }) else { return nil }
    self.offset = offset
    let isGNU = block[257..<265].elementsEqual("ustar  \0".utf8)
    guard isGNU || block[257..<265].elementsEqual("ustar\u{0}00".utf8) else {
      throw Rejection(ArchiveRules.badTar, "a header without the mark of ustar", at: place)
    }
    // The checksum counts its own field as spaces.
    var sum = 8 * 0x20
    for byte in block[..<148] { sum += Int(byte) }
    for byte in block[156...] { sum += Int(byte) }
    guard try Self.number(block[148..<156], "checksum", place) == sum else {
      throw Rejection(ArchiveRules.badTar, "a header's checksum is wrong", at: place)
    }
    kind = block[156]
    size = try Self.number(block[124..<136], "size", place)
    let prefix = isGNU ? [] : block[345..<500].prefix { $0 != 0 }
    name = prefix + (prefix.isEmpty ? [] : [UInt8(ascii: "/")]) + block[..<100].prefix { $0 != 0 }
  }

  /// A number in octal digits or, where the first bit is set, in big-endian binary as GNU tar does.
  private static func number(
    _ field: ArraySlice<UInt8>, _ what: String, _ place: Place
  ) throws(Rejection) -> Int {
    let isBinary = field.first == 0x80
    let digits = isBinary ? field.dropFirst() : octalDigits(field)
    let shift = isBinary ? 8 : 3
    var value = 0
    for digit in digits {
      guard value <= Int.max >> shift else {
        throw Rejection(ArchiveRules.badTar, "a \(what) of 2^63 or more", at: place)
      }
      value = value << shift | Int(isBinary ? digit : digit & 7)
    }
    let rest = field.drop { $0 == 0x20 }.dropFirst(digits.count)
    guard isBinary || (!digits.isEmpty && rest.allSatisfy { $0 == 0 || $0 == 0x20 }) else {
      throw Rejection(ArchiveRules.badTar, "a \(what) that is no octal number", at: place)
    }
    return value
  }

  private static func octalDigits(_ field: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
    field.drop { $0 == 0x20 }.prefix { (UInt8(ascii: "0")...UInt8(ascii: "7")).contains($0) }
  }
}
