internal import Diagnostics

/// Walks over the fields of a protocol buffer message, one level at a time.
///
/// The encoding is documented at https://protobuf.dev/programming-guides/encoding/. Groups, which
/// proto2 deprecates, are refused.
struct ProtobufReader: ~Escapable {
  /// A field's content by wire type; the range of bytes is one of the whole file.
  enum Value {
    case varint(UInt64)
    case fixed32(UInt32)
    case fixed64
    case bytes(Range<Int>)
  }

  /// A field's number and content.
  struct Field {
    let number: Int
    let value: Value
  }

  private let bytes: RawSpan
  private var position: Int
  private let end: Int

  /// A reader of the message in a range of `bytes`, which must lie inside.
  @_lifetime(copy bytes)
  init(_ bytes: RawSpan, _ range: Range<Int>) {
    self.bytes = bytes
    position = range.lowerBound
    end = range.upperBound
  }

  /// The next field; nil at the end of the message. Throws K01.
  mutating func nextField() throws(Rejection) -> Field? {
    guard position < end else { return nil }
    let start = position
    let tag = try varint()
    guard let number = Int(exactly: tag >> 3), number > 0, number < 1 << 29 else {
      throw damage("a field without a number", at: start)
    }
    return Field(number: number, value: try value(wireType: tag & 7, at: start))
  }

  private mutating func value(wireType: UInt64, at start: Int) throws(Rejection) -> Value {
    switch wireType {
    case 0: return .varint(try varint())
    case 1:
      _ = try take(8)
      return .fixed64
    case 2:
      let length = try varint()
      guard let count = Int(exactly: length) else {
        throw damage("a field of \(length) bytes", at: start)
      }
      return .bytes(try take(count))
    case 5:
      let range = try take(4)
      // Four bytes lie there, as `take` found; any bits are a number.
      let bits = unsafe bytes.unsafeLoadUnaligned(fromByteOffset: range.lowerBound, as: UInt32.self)
      return .fixed32(UInt32(littleEndian: bits))
    default: throw damage("a field of wire type \(wireType)", at: start)
    }
  }

  private mutating func take(_ count: Int) throws(Rejection) -> Range<Int> {
    guard count <= end - position else {
      throw damage("a field of \(count) bytes with \(end - position) left", at: position)
    }
    defer { position += count }
    return position..<(position + count)
  }

  private mutating func varint() throws(Rejection) -> UInt64 {
    let start = position
    var value: UInt64 = 0
    for shift in stride(from: UInt64(0), to: 70, by: 7) {
      guard position < end else { throw damage("ends inside a number", at: start) }
      // In bounds by the guard.
      let byte = unsafe bytes.unsafeLoad(fromByteOffset: position, as: UInt8.self)
      position += 1
      value |= UInt64(byte & 0x7f) << shift
      if byte < 0x80 { return value }
    }
    throw damage("a number of more than ten bytes", at: start)
  }

  private func damage(_ message: String, at offset: Int) -> Rejection {
    Rejection(LanguageModelRules.damagedModel, message, at: Place(offset: offset))
  }
}
