internal import Diagnostics

extension RawSpan {
  /// The byte at `offset`; nil outside the span.
  func byte(at offset: Int) -> UInt8? {
    guard offset >= 0, offset < byteCount else { return nil }
    // In bounds by the guard.
    return unsafe unsafeLoad(fromUncheckedByteOffset: offset, as: UInt8.self)
  }

  /// The unsigned little-endian number of `width` bytes at `offset`; nil outside the span or
  /// when it does not fit an `Int`.
  func number(at offset: Int, width: Int) -> Int? {
    guard width <= 8, offset >= 0, offset <= byteCount, width <= byteCount - offset else {
      return nil
    }
    var value: UInt64 = 0
    for index in (0..<width).reversed() {
      value = value << 8 | UInt64(byte(at: offset + index) ?? 0)
    }
    return Int(exactly: value)
  }

  /// Whether the span has `prefix` at `offset`.
  func hasBytes(_ prefix: [UInt8], at offset: Int = 0) -> Bool {
    guard offset >= 0, offset <= byteCount, prefix.count <= byteCount - offset else { return false }
    return prefix.indices.allSatisfy { byte(at: offset + $0) == prefix[$0] }
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
}
