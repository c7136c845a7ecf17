public import Diagnostics

extension ZipArchive {
  /// How many bytes are handed out at a time.
  private static let chunkByteCount = 256 << 10

  /// Streams the unpacked payload of an entry, in order, in pieces of at most 256 KiB.
  ///
  /// `bytes` are those that the archive was parsed from. The checksum is known to be right only
  /// when this returns: until then nothing that `body` received is verified. A rejection by `body`
  /// ends the reading.
  public func read(
    _ entry: ZipEntry, in bytes: RawSpan, audit: inout Audit,
    _ body: (RawSpan) throws(Rejection) -> Void
  ) throws(Rejection) {
    let payload = try payload(of: entry, in: bytes)
    var checksum = CRC32()
    switch entry.method {
    case .stored:
      for start in stride(from: 0, to: payload.byteCount, by: Self.chunkByteCount) {
        let end = min(payload.byteCount, start + Self.chunkByteCount)
        let piece = payload.extracting(start..<end)
        checksum.update(piece)
        try body(piece)
      }
    case .deflated:
      try inflate(payload, of: entry) { (piece) throws(Rejection) in
        checksum.update(piece)
        try body(piece)
      }
    }
    try check(checksum.value, of: entry, audit: &audit)
  }

  /// Checks an entry's size and checksum without handing its bytes out.
  public func verify(
    _ entry: ZipEntry, in bytes: RawSpan, audit: inout Audit
  ) throws(Rejection) {
    try read(entry, in: bytes, audit: &audit) { _ throws(Rejection) in }
  }

  /// Compares a checksum that the caller computed over the unpacked payload with the stated one.
  public func check(
    _ checksum: UInt32, of entry: ZipEntry, audit: inout Audit
  ) throws(Rejection) {
    guard !crcDisabled, checksum != entry.crc32 else { return }
    try audit.enforce(
      ArchiveRules.badChecksum,
      "the bytes have CRC-32 \(Self.hex(checksum)), the archive says \(Self.hex(entry.crc32))",
      at: Place(member: entry.name))
  }

  private static func hex(_ value: UInt32) -> String {
    let digits = String(value, radix: 16)
    return String(repeating: "0", count: 8 - digits.count) + digits
  }

  @_lifetime(copy bytes)
  private func payload(of entry: ZipEntry, in bytes: RawSpan) throws(Rejection) -> RawSpan {
    guard bytes.byteCount == byteCount,
      bytes.holds(entry.compressedSize, at: entry.dataOffset)
    else {
      throw Rejection(
        ArchiveRules.missingEnd,
        "the file had \(byteCount) bytes when it was opened and has \(bytes.byteCount) now",
        at: Place(member: entry.name))
    }
    return bytes.extracting(entry.dataRange)
  }

  private func inflate(
    _ payload: RawSpan, of entry: ZipEntry, _ body: (RawSpan) throws(Rejection) -> Void
  ) throws(Rejection) {
    let place = Place(member: entry.name)
    guard var stream = RawInflate() else {
      throw Rejection(ArchiveRules.bomb, "no memory left to unpack it", at: place)
    }
    // One byte more than announced, so that a lie shows.
    let room = min(Self.chunkByteCount - 1, entry.size) + 1
    var output = [UInt8](repeating: 0, count: room)
    var (read, written) = (0, 0)
    while true {
      let step = stream.step(from: payload.extracting(read...), into: &output)
      read += step.read
      written += step.written
      guard written <= entry.size else {
        throw Rejection(
          ArchiveRules.bomb, "it unpacks to more than the \(entry.size) bytes it announces",
          at: place)
      }
      if step.written > 0 {
        // Viewing bytes as bytes exposes no padding.
        let piece = unsafe output.span.bytes.extracting(..<step.written)
        try body(piece)
      }
      switch step.progress {
      case .more: continue
      case .finished: return try checkEnd(of: entry, read: read, written: written)
      case .needsInput:
        throw Rejection(ArchiveRules.badChecksum, "its deflate stream is cut off", at: place)
      case .damaged:
        throw Rejection(ArchiveRules.badChecksum, "its deflate stream is damaged", at: place)
      }
    }
  }

  private func checkEnd(of entry: ZipEntry, read: Int, written: Int) throws(Rejection) {
    let place = Place(member: entry.name)
    guard written == entry.size else {
      throw Rejection(
        ArchiveRules.badChecksum, "it unpacks to \(written) bytes instead of \(entry.size)",
        at: place)
    }
    guard read == entry.compressedSize else {
      throw Rejection(
        ArchiveRules.strayBytes,
        "\(entry.compressedSize - read) bytes follow its deflate stream", at: place)
    }
  }
}
