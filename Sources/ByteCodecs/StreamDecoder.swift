internal import Diagnostics

/// What one call of a library's decoder did.
struct StreamStep {
  var consumed: Int
  var produced: Int
  var isFinished: Bool
}

/// A library's streaming decoder: a class because the C libraries keep the address of their state.
protocol StreamDecoder: AnyObject {
  /// Decodes some of `input` into `output`; neither is empty unless the stream is used up.
  func step(
    _ input: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer
  ) throws(Rejection) -> StreamStep
}

extension StreamDecoder {
  /// Runs the decoder over exactly one stream, `pieceSize` bytes of output at a time.
  func decodeAll(
    _ bytes: RawSpan, as codec: any ByteCodec.Type, limits: DecodeLimits, pieceSize: Int = 1 << 16,
    _ body: (RawSpan) throws(Rejection) -> Void
  ) throws(Rejection) {
    var meter = OutputMeter(codec.id, inputCount: bytes.byteCount, limits: limits)
    var piece = [UInt8](repeating: 0, count: pieceSize)
    var position = 0
    while true {
      let step = try advance(bytes.extracting(position...), into: &piece)
      position += step.consumed
      if step.produced > 0 {
        try meter.add(step.produced)
        try body(piece.rawBytes.extracting(..<step.produced))
      }
      if step.isFinished { break }
      guard step.consumed > 0 || step.produced > 0 else {
        throw Rejection(
          ByteCodecRules.damaged, "\(codec.id) stream ends before it is complete",
          at: Place(offset: position))
      }
    }
    try refuseTrailingBytes(of: bytes, after: position, codec: codec.id)
    try meter.finish()
  }

  private func advance(
    _ input: RawSpan, into piece: inout [UInt8]
  ) throws(Rejection) -> StreamStep {
    // The C decoders take pointers; both buffers outlive the call.
    try unsafe input.withUnsafeBytes { source throws(Rejection) in
      var room = piece.mutableSpan
      return try unsafe room.withUnsafeMutableBytes { target throws(Rejection) in
        try unsafe step(source, into: target)
      }
    }
  }
}

/// Rejects bytes after the end of a stream: some readers ignore them, others read on.
func refuseTrailingBytes(
  of bytes: RawSpan, after end: Int, codec: String
) throws(Rejection) {
  guard end < bytes.byteCount else { return }
  throw Rejection(
    ByteCodecRules.trailingBytes,
    "\(bytes.byteCount - end) bytes follow the end of the \(codec) stream", at: Place(offset: end))
}

/// Rejects bytes that do not begin with the magic of a codec.
func requireMagic(
  of codec: any ByteCodec.Type, in bytes: RawSpan
) throws(Rejection) {
  guard codec.recognizes(bytes) else {
    throw Rejection(ByteCodecRules.damaged, "not a \(codec.id) stream: its magic is missing")
  }
}
