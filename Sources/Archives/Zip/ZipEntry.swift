/// One entry of a zip archive: its name and where its bytes lie.
public struct ZipEntry: Sendable {
  /// How the bytes of an entry are kept.
  public enum Method: Sendable, Hashable {
    /// As they are.
    case stored
    /// As a raw deflate stream.
    case deflated
  }

  /// The name, checked to be a plain relative path; its UTF-8 is what stands in the file.
  public let name: String
  /// How the bytes are kept.
  public let method: Method
  /// How many bytes of the file the payload occupies.
  public let compressedSize: Int
  /// How many bytes the payload holds once unpacked.
  public let size: Int
  /// The CRC-32 of the unpacked payload as the archive states it.
  public let crc32: UInt32
  /// The distance in bytes from the start of the file to the entry's local header.
  public let localHeaderOffset: Int
  /// The distance in bytes from the start of the file to the payload.
  public let dataOffset: Int

  /// The bytes of the file that hold the payload.
  public var dataRange: Range<Int> { dataOffset..<dataOffset + compressedSize }
  /// Whether the entry stands for a folder: its name ends in a slash and it holds nothing.
  public var isFolder: Bool { name.utf8.last == UInt8(ascii: "/") }
}
