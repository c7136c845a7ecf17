public import Diagnostics

/// The container `PGRP`: a count, that many lengths, then the streams back to back.
///
/// Which stream holds what is the checkpoint format's business.
public enum PerGroupContainer {
  private static let magic: [UInt8] = Array("PGRP".utf8)
  private static let headerCount = 8

  /// Whether the bytes begin with the container's magic.
  public static func recognizes(_ bytes: RawSpan) -> Bool { bytes.hasBytes(magic) }

  /// Where each stream lies in `bytes`; empty ranges are streams of no bytes.
  ///
  /// Throws C06 if the count or a length exceeds the file, or if the streams do not fill it.
  public static func parse(_ bytes: RawSpan) throws(Rejection) -> [Range<Int>] {
    guard recognizes(bytes), let count = bytes.number(at: magic.count, width: 4) else {
      throw Rejection(ByteCodecRules.container, "the header of the container is incomplete")
    }
    guard count <= (bytes.byteCount - headerCount) / 4 else {
      throw Rejection(
        ByteCodecRules.container, "\(count) streams announced in \(bytes.byteCount) bytes",
        at: Place(offset: magic.count))
    }
    var streams: [Range<Int>] = []
    var position = headerCount + 4 * count
    for index in 0..<count {
      let place = Place(offset: headerCount + 4 * index)
      guard let length = bytes.number(at: headerCount + 4 * index, width: 4),
        length <= bytes.byteCount - position
      else {
        throw Rejection(
          ByteCodecRules.container, "stream \(index) ends beyond the file", at: place)
      }
      streams.append(position..<position + length)
      position += length
    }
    guard position == bytes.byteCount else {
      throw Rejection(
        ByteCodecRules.container,
        "\(bytes.byteCount - position) bytes follow the last stream", at: Place(offset: position))
    }
    return streams
  }
}
