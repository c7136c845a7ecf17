internal import CZlib
public import Diagnostics

/// Zlib streams: deflate with a two-byte header and an Adler-32 at the end.
public enum Zlib: ByteCodec {
  /// The name in reports.
  public static let id = "zlib"
  /// The name as its authors write it.
  public static let title = "zlib"
  /// Where the format is specified.
  public static let reference = "RFC 1950 (zlib), RFC 1951 (deflate)"

  /// Whether the two header bytes name deflate and carry their check value.
  public static func recognizes(_ bytes: RawSpan) -> Bool {
    guard let method = bytes.byte(at: 0), let flags = bytes.byte(at: 1) else { return false }
    return method & 0x0f == 8 && method >> 4 <= 7 && (Int(method) << 8 + Int(flags)) % 31 == 0
  }

  /// Decodes one zlib stream; its window is at most 32 KiB.
  public static func decode(
    _ bytes: RawSpan, limits: DecodeLimits, _ body: (RawSpan) throws(Rejection) -> Void
  ) throws(Rejection) {
    try requireMagic(of: Zlib.self, in: bytes)
    try InflateDecoder().decodeAll(bytes, as: Zlib.self, limits: limits, body)
  }
}

@safe private final class InflateDecoder: StreamDecoder {
  // On the heap: zlib refuses a stream whose address changed.
  private let stream: UnsafeMutablePointer<z_stream>

  init() throws(Rejection) {
    unsafe stream = .allocate(capacity: 1)
    unsafe stream.initialize(to: unsafe z_stream())
    let size = unsafe Int32(MemoryLayout<z_stream>.size)
    guard unsafe inflateInit2_(stream, MAX_WBITS, ZLIB_VERSION, size) == Z_OK else {
      throw Rejection(ByteCodecRules.bomb, "no memory for the zlib decoder")
    }
  }

  deinit {
    unsafe inflateEnd(stream)
    unsafe stream.deallocate()
  }

  func step(
    _ input: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer
  ) throws(Rejection) -> StreamStep {
    let offered = UInt32(clamping: input.count)
    let room = UInt32(clamping: output.count)
    let source = unsafe input.bindMemory(to: UInt8.self).baseAddress
    unsafe stream.pointee.next_in = UnsafeMutablePointer(mutating: source)
    unsafe stream.pointee.avail_in = offered
    unsafe stream.pointee.next_out = output.bindMemory(to: UInt8.self).baseAddress
    unsafe stream.pointee.avail_out = room
    let status = unsafe inflate(stream, Z_NO_FLUSH)
    guard [Z_OK, Z_STREAM_END, Z_BUF_ERROR].contains(status) else {
      let reason = unsafe stream.pointee.msg.map { unsafe String(cString: $0) }
      throw Rejection(
        ByteCodecRules.damaged, "zlib stream: \(reason ?? "inflate fails with status \(status)")")
    }
    return StreamStep(
      consumed: Int(offered - (unsafe stream.pointee.avail_in)),
      produced: Int(room - (unsafe stream.pointee.avail_out)), isFinished: status == Z_STREAM_END)
  }
}
