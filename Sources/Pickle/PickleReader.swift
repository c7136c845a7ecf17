internal import Diagnostics

/// Reads operands off a pickle, never past its end.
struct PickleReader: ~Escapable {
  private let bytes: RawSpan
  /// The next byte's distance from the start of the span.
  private(set) var position: Int

  @_lifetime(copy bytes)
  init(_ bytes: RawSpan, at position: Int) {
    self.bytes = bytes
    self.position = position
  }

  /// The bytes that are left.
  var remaining: Int { bytes.byteCount - position }

  /// The next byte; throws P15 at the end.
  mutating func byte() throws(Rejection) -> UInt8 {
    let index = try advance(by: 1)
    return unsafe bytes.unsafeLoad(fromByteOffset: index, as: UInt8.self)
  }

  /// A little-endian number of at most 8 bytes.
  mutating func unsigned(width: Int) throws(Rejection) -> UInt64 {
    let start = try advance(by: width)
    var value: UInt64 = 0
    for index in (start..<(start + width)).reversed() {
      value = value << 8 | UInt64(unsafe bytes.unsafeLoad(fromByteOffset: index, as: UInt8.self))
    }
    return value
  }

  /// The bytes of an operand whose length comes first, checked before anything is allocated.
  mutating func counted(width: Int, signed: Bool = false) throws(Rejection) -> [UInt8] {
    let offset = position
    let number = try unsigned(width: width)
    guard let count = Int(exactly: number), count <= remaining, !(signed && number > Int32.max)
    else {
      throw Rejection(
        PickleRules.operandLength, "\(number) bytes announced, \(remaining) are left",
        at: Place(offset: offset))
    }
    return try raw(count)
  }

  /// The next `count` bytes.
  mutating func raw(_ count: Int) throws(Rejection) -> [UInt8] {
    let start = try advance(by: count)
    return unsafe bytes.extracting(start..<(start + count)).withUnsafeBytes { unsafe Array($0) }
  }

  /// A line of text without its end; at most 4096 bytes.
  mutating func line() throws(Rejection) -> [UInt8] {
    var text: [UInt8] = []
    while true {
      let byte = try byte()
      if byte == 0x0A { return text }
      guard text.count < 4096 else {
        throw Rejection(
          PickleRules.symbolName, "a line of more than 4096 bytes", at: Place(offset: position))
      }
      text.append(byte)
    }
  }

  private mutating func advance(by count: Int) throws(Rejection) -> Int {
    guard count <= remaining else {
      throw Rejection(
        PickleRules.truncated, "the pickle ends inside an instruction",
        at: Place(offset: bytes.byteCount))
    }
    defer { position += count }
    return position
  }
}
