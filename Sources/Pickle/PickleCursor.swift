import Diagnostics

/// Reads instructions and operands in order, never past the end of the stream.
struct PickleCursor: ~Escapable {
  private let bytes: RawSpan
  /// The next byte to read.
  private(set) var offset: Int
  /// The instruction whose operand is being read, and where it starts: the place of errors.
  private(set) var opcode: Opcode?
  private(set) var opcodeOffset: Int

  @_lifetime(copy bytes)
  init(_ bytes: RawSpan, at start: Int) {
    self.bytes = bytes
    offset = max(0, min(start, bytes.byteCount))
    opcodeOffset = offset
  }

  var remaining: Int { bytes.byteCount - offset }

  /// The place of the instruction under way.
  var place: Place { Place(offset: opcodeOffset) }

  /// What messages call the instruction under way.
  var opcodeName: String { opcode?.name ?? "the first opcode" }

  mutating func nextOpcode() throws(Rejection) -> Opcode {
    opcodeOffset = offset
    guard offset < bytes.byteCount else {
      throw Rejection(PickleRules.truncated, "the stream ends without STOP", at: place)
    }
    let byte = self[offset]
    offset += 1
    guard let opcode = Opcode(rawValue: byte) else {
      let hex = String(byte, radix: 16)
      throw Rejection(PickleRules.unsupportedOpcode, "0x\(hex) is no pickle opcode", at: place)
    }
    self.opcode = opcode
    return opcode
  }

  mutating func integer<Value: FixedWidthInteger & BitwiseCopyable>(
    _ type: Value.Type
  ) throws(Rejection) -> Value {
    let size = MemoryLayout<Value>.size
    guard size <= remaining else {
      throw Rejection(
        PickleRules.truncated,
        "the stream ends inside the operand of \(opcodeName): \(size) bytes needed, "
          + "\(remaining) left", at: place)
    }
    defer { offset += size }
    // In bounds by the guard; every bit pattern is an integer.
    return Value(littleEndian: unsafe bytes.unsafeLoadUnaligned(fromByteOffset: offset, as: type))
  }

  /// The range of a payload whose length the stream declares.
  mutating func payload(length: some FixedWidthInteger) throws(Rejection) -> Range<Int> {
    guard let count = Int(exactly: length), count >= 0, count <= remaining else {
      throw Rejection(
        PickleRules.lengthBeyondStream,
        "\(opcodeName) declares \(length) bytes, \(remaining) are left", at: place)
    }
    defer { offset += count }
    return offset..<offset + count
  }

  /// The range of a line without its newline.
  mutating func line() throws(Rejection) -> Range<Int> {
    let start = offset
    var end = start
    while end < bytes.byteCount, self[end] != UInt8(ascii: "\n") { end += 1 }
    guard end < bytes.byteCount else {
      throw Rejection(
        PickleRules.truncated, "the text operand of \(opcodeName) has no end", at: place)
    }
    offset = end + 1
    return start..<end
  }

  func array(_ range: Range<Int>) -> [UInt8] {
    // The buffer does not leave the closure; the ranges come from `payload` and `line`.
    unsafe bytes.withUnsafeBytes { unsafe [UInt8]($0[range]) }
  }

  /// The text of a range, or nil if it is not UTF-8.
  func text(_ range: Range<Int>) -> String? {
    // As in `array`.
    unsafe bytes.withUnsafeBytes { unsafe String(validating: $0[range], as: UTF8.self) }
  }

  /// The text of a range with what is not UTF-8 replaced.
  func repairedText(_ range: Range<Int>) -> String {
    // As in `array`.
    unsafe bytes.withUnsafeBytes { unsafe String(decoding: $0[range], as: UTF8.self) }
  }

  private subscript(position: Int) -> UInt8 {
    // Both callers compare the position with the byte count first.
    unsafe bytes.unsafeLoad(fromByteOffset: position, as: UInt8.self)
  }
}
