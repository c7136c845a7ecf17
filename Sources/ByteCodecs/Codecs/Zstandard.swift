internal import CZstd
public import Diagnostics

/// Zstandard: one frame, without a dictionary.
public enum Zstandard: ByteCodec {
  /// The name in reports.
  public static let id = "zstd"
  /// The name as its authors write it.
  public static let title = "Zstandard"
  /// Where the format is specified.
  public static let reference = "RFC 8878"

  /// Whether the bytes begin with the magic of a data frame; skippable frames are not recognized.
  public static func recognizes(_ bytes: RawSpan) -> Bool {
    bytes.hasBytes([0x28, 0xb5, 0x2f, 0xfd])
  }

  /// Decodes one frame, keeping at most its window, which may not exceed the limit.
  public static func decode(
    _ bytes: RawSpan, limits: DecodeLimits, _ body: (RawSpan) throws(Rejection) -> Void
  ) throws(Rejection) {
    try requireMagic(of: Zstandard.self, in: bytes)
    try FrameDecoder(windowLimit: limits.windowLimit)
      .decodeAll(bytes, as: Zstandard.self, limits: limits, body)
  }
}

@safe private final class FrameDecoder: StreamDecoder {
  private let context: OpaquePointer
  private let windowLimit: Int

  init(windowLimit: Int) throws(Rejection) {
    guard let context = unsafe ZSTD_createDCtx() else {
      throw Rejection(ByteCodecRules.bomb, "no memory for the zstd decoder")
    }
    unsafe self.context = unsafe context
    self.windowLimit = windowLimit
    // The library takes a power of two of at least 1 KiB and below 2 GiB.
    let logarithm = max(windowLimit, 1).bitWidth - 1 - max(windowLimit, 1).leadingZeroBitCount
    let bounded = Int32(min(max(logarithm, 10), 30))
    unsafe ZSTD_DCtx_setParameter(context, ZSTD_d_windowLogMax, bounded)
  }

  deinit { unsafe ZSTD_freeDCtx(context) }

  func step(
    _ input: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer
  ) throws(Rejection) -> StreamStep {
    var source = unsafe ZSTD_inBuffer(src: input.baseAddress, size: input.count, pos: 0)
    var target = unsafe ZSTD_outBuffer(dst: output.baseAddress, size: output.count, pos: 0)
    let result = unsafe ZSTD_decompressStream(context, &target, &source)
    if ZSTD_isError(result) != 0 { throw rejection(for: result) }
    return unsafe StreamStep(
      consumed: source.pos, produced: target.pos, isFinished: result == 0)
  }

  private func rejection(for result: Int) -> Rejection {
    // ZSTD_error_frameParameter_windowTooLarge; error codes below 100 never change.
    if 0 &- result == 16 {
      return Rejection(
        ByteCodecRules.bomb, "zstd frame asks for a window of more than \(windowLimit) bytes")
    }
    let reason = unsafe String(cString: ZSTD_getErrorName(result))
    return Rejection(ByteCodecRules.damaged, "zstd frame: \(reason)")
  }
}
