extension RawSpan {
  /// Whether `count` bytes lie at `offset`, for any two numbers, even absurd ones.
  func holds(_ count: Int, at offset: Int) -> Bool {
    offset >= 0 && count >= 0 && offset <= byteCount && count <= byteCount - offset
  }

  /// The byte at `offset`, which must be inside.
  func byte(at offset: Int) -> UInt8 {
    // Bounds are checked by the callee; any bit pattern is a valid integer.
    unsafe unsafeLoadUnaligned(fromByteOffset: offset, as: UInt8.self)
  }

  /// The little-endian 16-bit number at `offset`, which must be inside.
  func uint16(at offset: Int) -> UInt16 {
    // Bounds are checked by the callee; any bit pattern is a valid integer.
    UInt16(littleEndian: unsafe unsafeLoadUnaligned(fromByteOffset: offset, as: UInt16.self))
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

  /// A copy of the bytes in `range`, which must be inside.
  func array(_ range: Range<Int>) -> [UInt8] {
    // The copy ends the pointer's life inside the closure.
    unsafe extracting(range).withUnsafeBytes { unsafe Array($0) }
  }

  /// Whether the bytes begin with `text`.
  func hasPrefix(_ text: some Collection<UInt8>, at offset: Int = 0) -> Bool {
    guard holds(text.count, at: offset) else { return false }
    var position = offset
    for expected in text {
      if byte(at: position) != expected { return false }
      position += 1
    }
    return true
  }
}
