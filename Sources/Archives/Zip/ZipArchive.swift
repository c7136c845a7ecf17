public import Diagnostics

/// What a zip archive holds and where, read from bytes that it does not keep.
///
/// Reads the format as PKWARE's APPNOTE 6.3.10 describes it, down to one interpretation: an
/// archive that two readers could understand differently is refused. Opening costs one page per
/// entry and touches no payload. Hand the same bytes to `read` and `verify` as to `init`.
public struct ZipArchive: Sendable {
  /// The entries in the order of the central directory.
  public let entries: [ZipEntry]
  /// The archive's comment, almost always empty.
  public let comment: [UInt8]
  /// Whether the writer left out checksums: that of every entry, even non-empty ones, is zero.
  public let crcDisabled: Bool

  let byteCount: Int
  private let indices: [String: Int]

  /// Reads the list of entries of the archive that fills `bytes` and checks every header.
  public init(
    parsing bytes: RawSpan, limits: ArchiveLimits = .default, audit: inout Audit
  ) throws(Rejection) {
    try Self.checkBeginning(of: bytes)
    let end = try ZipEnd(in: bytes, audit: &audit)
    let headers = try Self.centralHeaders(bytes, end, limits, audit: &audit)
    indices = try ZipNames(headers, audit: &audit).indices
    let locals = try ZipLayout(headers, before: end.directory.lowerBound, in: bytes, audit: &audit)
    entries = zip(headers, locals.dataOffsets).map { header, dataOffset in
      ZipEntry(
        name: header.name, method: header.method, compressedSize: header.compressedSize,
        size: header.size, crc32: header.crc32, localHeaderOffset: header.localHeaderOffset,
        dataOffset: dataOffset)
    }
    comment = bytes.array(end.comment)
    byteCount = bytes.byteCount
    crcDisabled = entries.contains { $0.size > 0 } && entries.allSatisfy { $0.crc32 == 0 }
    if crcDisabled {
      audit.warn(
        ArchiveRules.badChecksum,
        "the archive was written without checksums: damage to the "
          + "weights would go unnoticed")
    }
  }

  /// The entry called `name`, if there is one.
  public subscript(name: String) -> ZipEntry? { indices[name].map { entries[$0] } }

  private static func checkBeginning(of bytes: RawSpan) throws(Rejection) {
    guard !bytes.hasPrefix([0x50, 0x4B, 3, 4]) else { return }
    let prefix = bytes.extracting(..<min(512, bytes.byteCount))
    let kind = describeSignature(of: prefix)
    if !bytes.hasPrefix([0x50, 0x4B]), let end = ZipEnd.hidden(in: bytes) {
      throw Rejection(
        ArchiveRules.strayBytes,
        "\(kind ?? "something else") comes first, and a zip archive ends at byte \(end)")
    }
    throw Rejection(ArchiveRules.notAZip, "this is \(kind ?? "no zip archive")")
  }

  private static func centralHeaders(
    _ bytes: RawSpan, _ end: ZipEnd, _ limits: ArchiveLimits, audit: inout Audit
  ) throws(Rejection) -> [CentralHeader] {
    guard end.entryCount <= limits.entryCount else {
      throw Rejection(
        ArchiveRules.bomb, "\(end.entryCount) entries; at most \(limits.entryCount) are allowed")
    }
    var headers: [CentralHeader] = []
    headers.reserveCapacity(end.entryCount)
    var position = end.directory.lowerBound
    var inflated = 0
    for _ in 0..<end.entryCount {
      let header = try CentralHeader(
        at: position, in: bytes, before: end.directory.upperBound, limits: limits, audit: &audit)
      if header.method == .deflated {
        let (sum, overflow) = inflated.addingReportingOverflow(header.size)
        inflated = overflow ? .max : sum
      }
      headers.append(header)
      position = header.end
    }
    guard position == end.directory.upperBound else {
      throw Rejection(
        ArchiveRules.badDirectory,
        "\(end.entryCount) entries end at byte \(position), the directory at "
          + "\(end.directory.upperBound)", at: Place(offset: position))
    }
    if inflated > limits.inflatedByteCount {
      try audit.enforce(
        ArchiveRules.bomb,
        "the entries unpack to \(inflated) bytes; at most \(limits.inflatedByteCount) are allowed")
    }
    return headers
  }
}
