internal import Diagnostics

extension Storage {
  /// Calls `body` with the bytes as a pointer to codes, unless there are none. Bytes that do not
  /// lie at a multiple of the code's size, as in a mapped file, are copied first.
  func withCodes<Code: FixedWidthInteger>(
    _ body: (UnsafePointer<Code>) throws(Rejection) -> Void
  ) throws(Rejection) {
    try bytes.withUnsafeBytes { (raw) throws(Rejection) in
      guard let base = raw.baseAddress else { return }
      guard Int(bitPattern: base) % MemoryLayout<Code>.alignment != 0 else {
        return try body(base.assumingMemoryBound(to: Code.self))
      }
      let copy = UnsafeMutableRawBufferPointer.allocate(
        byteCount: raw.count, alignment: MemoryLayout<Code>.alignment)
      defer { copy.deallocate() }
      copy.copyMemory(from: raw)
      guard let base = copy.baseAddress else { return }
      try body(UnsafePointer(base.assumingMemoryBound(to: Code.self)))
    }
  }
}
