public import Diagnostics

/// The byte shuffle `BSHF`: the bytes at index 0, stride, 2·stride, … first, then those at
/// 1, stride + 1, …, so that equal parts of numbers lie side by side for the compressor.
public enum ByteShuffle {
  /// The name in reports.
  public static let id = "byte-shuffle"

  /// What stands before the shuffled bytes.
  public struct Header: Sendable, Hashable {
    /// How many planes the bytes were dealt to.
    public let stride: Int
    /// Where the first plane begins: 5 or 6.
    public let payloadOffset: Int
  }

  private static let magic: [UInt8] = Array("BSHF".utf8)
  private static let maximumStride = 64
  private static let zipInitial = UInt8(ascii: "P")

  /// The header of shuffled bytes, or nil where the magic is missing.
  ///
  /// Two layouts exist, with a stride of one byte and of two. What was shuffled is always a zip,
  /// so the first payload byte is a `P` and tells them apart. Throws C05 if it is in neither
  /// place or if the stride is not in 2…64 and within the payload.
  public static func header(of bytes: RawSpan) throws(Rejection) -> Header? {
    guard bytes.hasBytes(magic) else { return nil }
    guard let header = layout(of: bytes) else {
      throw Rejection(
        ByteCodecRules.shuffle, "neither byte 5 nor byte 6 begins the payload with a P")
    }
    let payloadCount = bytes.byteCount - header.payloadOffset
    guard (2...maximumStride).contains(header.stride), header.stride <= payloadCount else {
      throw Rejection(
        ByteCodecRules.shuffle,
        "stride \(header.stride) of \(payloadCount) bytes is not in 2…\(maximumStride)",
        at: Place(offset: magic.count))
    }
    return header
  }

  private static func layout(of bytes: RawSpan) -> Header? {
    guard let first = bytes.byte(at: 4), let second = bytes.byte(at: 5) else { return nil }
    if second == zipInitial { return Header(stride: Int(first), payloadOffset: 5) }
    guard bytes.byte(at: 6) == zipInitial else { return nil }
    // The two-byte stride has been written in either byte order; only one is a small number.
    return Header(
      stride: min(Int(first) | Int(second) << 8, Int(first) << 8 | Int(second)), payloadOffset: 6)
  }

  /// Hands the bytes in their original order to `body`, in pieces; throws C05 without a header.
  public static func unshuffle(
    _ bytes: RawSpan, _ body: (RawSpan) throws(Rejection) -> Void
  ) throws(Rejection) {
    guard let header = try header(of: bytes) else {
      throw Rejection(ByteCodecRules.shuffle, "the magic BSHF is missing")
    }
    let payload = bytes.extracting(header.payloadOffset...)
    var planes = PlaneReader(count: payload.byteCount, stride: header.stride)
    var piece = [UInt8](repeating: 0, count: min(1 << 16, payload.byteCount))
    var remaining = payload.byteCount
    while remaining > 0 {
      let count = min(piece.count, remaining)
      for index in 0..<count { piece[index] = payload.byte(at: planes.next()) ?? 0 }
      try body(piece.rawBytes.extracting(..<count))
      remaining -= count
    }
  }
}

/// Walks the planes in turn, giving the position of each original byte.
private struct PlaneReader {
  private var positions: [Int]
  private var plane = 0

  init(count: Int, stride: Int) {
    // The first count % stride planes are one byte longer.
    positions = (0..<stride).map { $0 * (count / stride) + min($0, count % stride) }
  }

  mutating func next() -> Int {
    let position = positions[plane]
    positions[plane] += 1
    plane = plane + 1 == positions.count ? 0 : plane + 1
    return position
  }
}
