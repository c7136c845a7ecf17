import CZlib

/// A raw deflate stream being unpacked, one bounded piece at a time.
/// Safe to use: zlib's state is reached only in here and freed exactly once.
@safe struct RawInflate: ~Copyable {
  enum Progress { case more, finished, needsInput, damaged }

  // On the heap because zlib's state points back at it and must not see it move.
  private let stream: UnsafeMutablePointer<z_stream>

  /// Nil when zlib has no memory for its 40 KiB of state.
  init?() {
    unsafe stream = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)
    unsafe stream.initialize(to: unsafe z_stream())
    let size = unsafe Int32(MemoryLayout<z_stream>.size)
    // Negative window bits mean deflate without the zlib header.
    guard unsafe inflateInit2_(stream, -MAX_WBITS, ZLIB_VERSION, size) == Z_OK else {
      unsafe stream.deallocate()
      return nil
    }
  }

  deinit {
    unsafe inflateEnd(stream)
    unsafe stream.deallocate()
  }

  /// Unpacks from `input` into `output`: how many bytes were read and written, and what comes next.
  mutating func step(
    from input: RawSpan, into output: inout [UInt8]
  ) -> (read: Int, written: Int, progress: Progress) {
    // zlib's counters are 32 bits wide.
    let offered = min(input.byteCount, 1 << 20)
    let room = min(output.count, 1 << 20)
    // Both pointers are dropped before the closures end.
    let status = unsafe input.withUnsafeBytes { source in
      unsafe output.withUnsafeMutableBufferPointer { target in
        let start = unsafe source.baseAddress?.assumingMemoryBound(to: UInt8.self)
        unsafe stream.pointee.next_in = unsafe UnsafeMutablePointer(mutating: start)
        unsafe stream.pointee.avail_in = UInt32(offered)
        unsafe stream.pointee.next_out = target.baseAddress
        unsafe stream.pointee.avail_out = UInt32(room)
        return unsafe inflate(stream, Z_NO_FLUSH)
      }
    }
    let read = unsafe offered - Int(stream.pointee.avail_in)
    let written = unsafe room - Int(stream.pointee.avail_out)
    return (read, written, Self.progress(status, moved: read + written > 0))
  }

  private static func progress(_ status: Int32, moved: Bool) -> Progress {
    switch status {
    case Z_STREAM_END: .finished
    case Z_OK where moved: .more
    case Z_OK, Z_BUF_ERROR: .needsInput
    default: .damaged
    }
  }
}
