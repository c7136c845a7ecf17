/// Lays out a zip of stored members: the bytes between the payloads, not the payloads.
///
/// The caller writes what `header` gives, then the payload, then its `descriptor`, and `directory`
/// at the end. Records beyond 4 GiB get 64-bit fields. Payloads are aligned as PyTorch aligns them,
/// by an extra field of the local header. The format is PKWARE's APPNOTE 6.3.
public struct ZipWriter: Sendable {
  private struct Member {
    let name: [UInt8]
    let size: Int
    let offset: Int
    let crc32: UInt32
  }

  /// Where payloads begin: a multiple of this many bytes.
  public static let alignment = 64
  /// Sizes follow the payload (bit 3) and names are UTF-8 (bit 11), as PyTorch sets them.
  private static let flags = 0x0808
  private static let limit32 = 0xFFFF_FFFF

  private var members: [Member] = []
  /// The bytes written so far, headers and payloads.
  private var position = 0

  /// An empty zip.
  public init() {}

  /// The header of the next member, whose payload has `size` bytes.
  public mutating func header(name: String, size: Int) -> [UInt8] {
    let name = Array(name.utf8)
    members.append(Member(name: name, size: size, offset: position, crc32: 0))
    let fixed = 30 + name.count
    // The padding's own header takes four bytes.
    let padding = (Self.alignment - (position + fixed + 4) % Self.alignment) % Self.alignment
    var bytes = ByteList()
    bytes.add(0x0403_4B50, 4)
    bytes.add(0, 2)
    bytes.add(Self.flags, 2)
    bytes.add(0, 2)
    bytes.add(0, 4)
    bytes.add(0, 12)
    bytes.add(name.count, 2)
    bytes.add(padding + 4, 2)
    bytes.bytes += name
    bytes.bytes += [UInt8(ascii: "F"), UInt8(ascii: "B")]
    bytes.add(padding, 2)
    bytes.bytes += [UInt8](repeating: UInt8(ascii: "Z"), count: padding)
    position += bytes.bytes.count + size
    return bytes.bytes
  }

  /// What follows the payload of the member that was begun last.
  public mutating func descriptor(crc32: UInt32) -> [UInt8] {
    guard let last = members.popLast() else { return [] }
    members.append(Member(name: last.name, size: last.size, offset: last.offset, crc32: crc32))
    let isLong = last.size >= Self.limit32 || last.offset >= Self.limit32
    var bytes = ByteList()
    bytes.add(0x0807_4B50, 4)
    bytes.add(Int(crc32), 4)
    bytes.add(last.size, isLong ? 8 : 4)
    bytes.add(last.size, isLong ? 8 : 4)
    position += bytes.bytes.count
    return bytes.bytes
  }

  /// The central directory and the records that end the file.
  public func directory() -> [UInt8] {
    var bytes = ByteList()
    for member in members { addEntry(member, to: &bytes) }
    let size = bytes.bytes.count
    if position >= Self.limit32 || members.count >= 0xFFFF || size >= Self.limit32 {
      addLongEnd(size, to: &bytes)
    }
    bytes.add(0x0605_4B50, 4)
    bytes.add(0, 4)
    bytes.add(min(members.count, 0xFFFF), 2)
    bytes.add(min(members.count, 0xFFFF), 2)
    bytes.add(min(size, Self.limit32), 4)
    bytes.add(min(position, Self.limit32), 4)
    bytes.add(0, 2)
    return bytes.bytes
  }

  private func addEntry(_ member: Member, to bytes: inout ByteList) {
    var extra = ByteList()
    let isLong = member.size >= Self.limit32 || member.offset >= Self.limit32
    if isLong {
      extra.add(1, 2)
      extra.add(24, 2)
      for value in [member.size, member.size, member.offset] { extra.add(value, 8) }
    }
    bytes.add(0x0201_4B50, 4)
    bytes.add(0, 4)
    bytes.add(Self.flags, 2)
    bytes.add(0, 2)
    bytes.add(0, 4)
    bytes.add(Int(member.crc32), 4)
    bytes.add(isLong ? Self.limit32 : member.size, 4)
    bytes.add(isLong ? Self.limit32 : member.size, 4)
    bytes.add(member.name.count, 2)
    bytes.add(extra.bytes.count, 2)
    bytes.add(0, 10)
    bytes.add(isLong ? Self.limit32 : member.offset, 4)
    bytes.bytes += member.name + extra.bytes
  }

  private func addLongEnd(_ size: Int, to bytes: inout ByteList) {
    let start = position + size
    bytes.add(0x0606_4B50, 4)
    bytes.add(44, 8)
    bytes.add(45, 2)
    bytes.add(45, 2)
    bytes.add(0, 8)
    for value in [members.count, members.count, size, position] { bytes.add(value, 8) }
    bytes.add(0x0706_4B50, 4)
    bytes.add(0, 4)
    bytes.add(start, 8)
    bytes.add(1, 4)
  }
}

/// Little-endian numbers, one after another.
private struct ByteList {
  var bytes: [UInt8] = []

  mutating func add(_ value: Int, _ width: Int) {
    for index in 0..<width {
      bytes.append(index < 8 ? UInt8(truncatingIfNeeded: value >> (8 * index)) : 0)
    }
  }
}
