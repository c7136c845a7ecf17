public import Diagnostics

/// The long-range zip container, version 0.6: rzip's matches over stored or ZPAQ-coded blocks.
///
/// A match may reach back to the start of its chunk, so the whole output is kept in memory while
/// it is rebuilt; it counts against `DecodeLimits.memoryLimit`.
public enum Lrzip: ByteCodec {
  /// The name in reports.
  public static let id = "lrzip"
  /// The name as its authors write it.
  public static let title = "lrzip"
  /// Where the format is specified.
  public static let reference = "lrzip 0.651, doc/magic.header.txt; The ZPAQ Open Standard, level 1"

  /// Whether the bytes begin with `LRZI`.
  public static func recognizes(_ bytes: RawSpan) -> Bool { LrzipHeader.recognizes(bytes) }

  /// The size of the output that the header announces; nothing has verified it yet.
  public static func announcedSize(of bytes: RawSpan) throws(Rejection) -> Int {
    try LrzipHeader(bytes).outputCount
  }

  /// Decodes one container; the CRC-32 of each chunk and the MD5 of the whole must agree.
  ///
  /// The announced size is checked against the limits and against `limits.expectedOutput` before
  /// anything is allocated. Encrypted files and blocks of bzip2, lzo, lzma or gzip throw C12.
  public static func decode(
    _ bytes: RawSpan, limits: DecodeLimits, _ body: (RawSpan) throws(Rejection) -> Void
  ) throws(Rejection) {
    let header = try LrzipHeader(bytes)
    let meter = OutputMeter(id, inputCount: bytes.byteCount, limits: limits)
    try meter.admit(announced: header.outputCount)
    guard header.outputCount <= limits.memoryLimit else {
      throw Rejection(
        ByteCodecRules.bomb,
        "lrzip announces \(header.outputCount) bytes; \(limits.memoryLimit) may be kept in memory")
    }
    let output = try rebuild(bytes, header, limits: limits)
    try header.verify(output.rawBytes, against: bytes)
    try body(output.rawBytes)
  }

  private static func rebuild(
    _ bytes: RawSpan, _ header: LrzipHeader, limits: DecodeLimits
  ) throws(Rejection) -> [UInt8] {
    var replay = RzipReplay(outputCount: header.outputCount)
    var position = LrzipHeader.count
    var blocks = BlockReader(
      inputCount: bytes.byteCount, outputCount: header.outputCount, limits: limits)
    var isLast = false
    while !isLast {
      let chunk = try LrzipChunk(bytes, at: position, end: header.bodyEnd(in: bytes))
      let commands = try blocks.content(of: chunk.streams[0], in: bytes)
      let literals = try blocks.content(of: chunk.streams[1], in: bytes)
      try replay.run(commands.rawBytes, literals.rawBytes, offsetWidth: chunk.width)
      position = chunk.end
      isLast = chunk.isLast
    }
    let body = bytes.extracting(..<header.bodyEnd(in: bytes))
    try refuseTrailingBytes(of: body, after: position, codec: id)
    return try replay.finished()
  }
}
