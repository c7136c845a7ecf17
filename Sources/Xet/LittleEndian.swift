extension RawSpan {
  /// The byte at `offset`, which must be inside.
  func byte(at offset: Int) -> UInt8 {
    // Bounds are checked by the callee; any bit pattern is a valid integer.
    unsafe unsafeLoadUnaligned(fromByteOffset: offset, as: UInt8.self)
  }

  /// The little-endian 24-bit number at `offset`, which must be inside.
  func uint24(at offset: Int) -> Int {
    Int(byte(at: offset)) | Int(byte(at: offset + 1)) << 8 | Int(byte(at: offset + 2)) << 16
  }

  /// The little-endian 32-bit number at `offset`, which must be inside.
  func uint32(at offset: Int) -> UInt32 {
    // Bounds are checked by the callee; any bit pattern is a valid integer.
    UInt32(littleEndian: unsafe unsafeLoadUnaligned(fromByteOffset: offset, as: UInt32.self))
  }

  /// The little-endian 64-bit number at `offset`, which must be inside.
  func uint64(at offset: Int) -> UInt64 {
    // Bounds are checked by the callee; any bit pattern is a valid integer.
    UInt64(littleEndian: unsafe unsafeLoadUnaligned(fromByteOffset: offset, as: UInt64.self))
  }

  /// Whether `expected` stands at `offset`.
  func hasBytes(_ expected: [UInt8], at offset: Int = 0) -> Bool {
    guard offset <= byteCount, expected.count <= byteCount - offset else { return false }
    return expected.indices.allSatisfy { byte(at: offset + $0) == expected[$0] }
  }
}

extension [UInt8] {
  /// The elements as a raw span.
  var rawBytes: RawSpan {
    @_lifetime(borrow self)
    get {
      // Bytes have no padding, which is all that makes `bytes` unsafe.
      unsafe span.bytes
    }
  }

  /// Adds a number, the least significant byte first.
  mutating func append(littleEndian number: some FixedWidthInteger & UnsignedInteger) {
    for shift in stride(from: 0, to: number.bitWidth, by: 8) {
      append(UInt8(truncatingIfNeeded: number >> shift))
    }
  }
}
