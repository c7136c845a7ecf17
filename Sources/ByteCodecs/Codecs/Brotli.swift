internal import CBrotli
public import Diagnostics

/// Brotli streams, which have neither a magic nor a checksum.
public enum Brotli: ByteCodec {
  /// The name in reports.
  public static let id = "brotli"
  /// The name as its authors write it.
  public static let title = "Brotli"
  /// Where the format is specified.
  public static let reference = "RFC 7932"

  /// False: nothing at the start of a brotli stream tells it from other bytes.
  public static func recognizes(_ bytes: RawSpan) -> Bool { false }

  /// Decodes one stream; its window is at most 16 MiB because large windows are not enabled.
  public static func decode(
    _ bytes: RawSpan, limits: DecodeLimits, _ body: (RawSpan) throws(Rejection) -> Void
  ) throws(Rejection) {
    try WindowDecoder().decodeAll(bytes, as: Brotli.self, limits: limits, body)
  }

  /// The first `count` bytes of the output, or as many as come out before the input fails.
  static func firstBytes(_ count: Int, of bytes: RawSpan) -> [UInt8] {
    var first: [UInt8] = []
    do {
      // The small pieces stop the decoder as soon as it has produced enough.
      try WindowDecoder().decodeAll(
        bytes, as: Brotli.self, limits: DecodeLimits(), pieceSize: count
      ) { piece throws(Rejection) in
        for index in 0..<piece.byteCount { first.append(piece.byte(at: index) ?? 0) }
        if first.count >= count { throw Rejection(ByteCodecRules.guessedBrotli, "seen enough") }
      }
    } catch { return first }
    return first
  }
}

@safe private final class WindowDecoder: StreamDecoder {
  private let state: OpaquePointer

  init() throws(Rejection) {
    guard let state = unsafe BrotliDecoderCreateInstance(nil, nil, nil) else {
      throw Rejection(ByteCodecRules.bomb, "no memory for the brotli decoder")
    }
    unsafe self.state = unsafe state
  }

  deinit { unsafe BrotliDecoderDestroyInstance(state) }

  func step(
    _ input: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer
  ) throws(Rejection) -> StreamStep {
    var source = unsafe input.bindMemory(to: UInt8.self).baseAddress
    var target = unsafe output.bindMemory(to: UInt8.self).baseAddress
    var remaining = input.count
    var room = output.count
    let result = unsafe BrotliDecoderDecompressStream(
      state, &remaining, &source, &room, &target, nil)
    if result == BROTLI_DECODER_RESULT_ERROR {
      let code = unsafe BrotliDecoderGetErrorCode(state)
      let reason = unsafe String(cString: BrotliDecoderErrorString(code))
      throw Rejection(ByteCodecRules.damaged, "brotli stream: \(reason)")
    }
    return StreamStep(
      consumed: input.count - remaining, produced: output.count - room,
      isFinished: result == BROTLI_DECODER_RESULT_SUCCESS)
  }
}
