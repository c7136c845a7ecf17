internal import CLZMA
public import Diagnostics

/// The .xz container, as Python's `lzma.compress` writes it.
public enum XZ: ByteCodec {
  /// The name in reports.
  public static let id = "xz"
  /// The name as its authors write it.
  public static let title = "xz"
  /// Where the format is specified.
  public static let reference = "The .xz File Format, version 1.1.0 (tukaani.org)"

  /// Whether the bytes begin with the magic of an .xz stream.
  public static func recognizes(_ bytes: RawSpan) -> Bool {
    bytes.hasBytes([0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00])
  }

  /// Decodes one stream and verifies its check, keeping at most the dictionary that it asks for.
  public static func decode(
    _ bytes: RawSpan, limits: DecodeLimits, _ body: (RawSpan) throws(Rejection) -> Void
  ) throws(Rejection) {
    try requireMagic(of: XZ.self, in: bytes)
    try ContainerDecoder(windowLimit: limits.windowLimit)
      .decodeAll(bytes, as: XZ.self, limits: limits, body)
  }
}

@safe private final class ContainerDecoder: StreamDecoder {
  private let stream: UnsafeMutablePointer<lzma_stream>
  private let windowLimit: Int
  /// What liblzma needs besides the dictionary.
  private static let decoderOverhead: UInt64 = 1 << 20
  /// LZMA_TELL_UNSUPPORTED_CHECK: a check that cannot be verified is an error.
  private static let flags: UInt32 = 0x02

  init(windowLimit: Int) throws(Rejection) {
    self.windowLimit = windowLimit
    unsafe stream = .allocate(capacity: 1)
    unsafe stream.initialize(to: unsafe lzma_stream())
    let memory = UInt64(clamping: windowLimit) &+ Self.decoderOverhead
    guard unsafe lzma_stream_decoder(stream, memory, Self.flags) == LZMA_OK else {
      throw Rejection(ByteCodecRules.bomb, "no memory for the xz decoder")
    }
  }

  deinit {
    unsafe lzma_end(stream)
    unsafe stream.deallocate()
  }

  func step(
    _ input: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer
  ) throws(Rejection) -> StreamStep {
    unsafe stream.pointee.next_in = input.bindMemory(to: UInt8.self).baseAddress
    unsafe stream.pointee.avail_in = input.count
    unsafe stream.pointee.next_out = output.bindMemory(to: UInt8.self).baseAddress
    unsafe stream.pointee.avail_out = output.count
    let status = unsafe lzma_code(stream, LZMA_RUN)
    let step = unsafe StreamStep(
      consumed: input.count - stream.pointee.avail_in,
      produced: output.count - stream.pointee.avail_out, isFinished: status == LZMA_STREAM_END)
    switch status {
    case LZMA_OK, LZMA_STREAM_END, LZMA_BUF_ERROR: return step
    case LZMA_MEMLIMIT_ERROR, LZMA_MEM_ERROR:
      throw Rejection(
        ByteCodecRules.bomb, "xz stream asks for a dictionary of more than \(windowLimit) bytes")
    default: throw Rejection(ByteCodecRules.damaged, Self.reason(for: status))
    }
  }

  private static func reason(for status: lzma_ret) -> String {
    switch status {
    case LZMA_FORMAT_ERROR: "xz stream: its header is damaged"
    case LZMA_OPTIONS_ERROR: "xz stream: it asks for a filter or an option that does not exist"
    case LZMA_UNSUPPORTED_CHECK: "xz stream: its kind of check is unknown"
    default: "xz stream: its data or its check value is damaged"
    }
  }
}
