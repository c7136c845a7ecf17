public import Diagnostics

/// One member of a tar archive: its name and where its bytes lie.
public struct TarEntry: Sendable {
  /// What a member is; links, devices and sparse files are refused.
  public enum Kind: Sendable, Hashable {
    /// A plain file.
    case file
    /// A folder, which holds no bytes of its own.
    case folder
  }

  /// The name, checked to be a plain relative path without a slash at its end.
  public let name: String
  /// How many bytes the member holds.
  public let size: Int
  /// The distance in bytes from the start of the archive to the member's bytes.
  public let dataOffset: Int
  /// What the member is.
  public let kind: Kind

  /// The bytes of the archive that hold the member.
  public var dataRange: Range<Int> { dataOffset..<dataOffset + size }
}

/// What a tar archive holds and where, read from bytes that it does not keep.
///
/// Reads POSIX ustar and pax (IEEE 1003.1) and GNU tar's long names and large sizes. Opening reads
/// the headers only, one page per member.
public struct TarArchive: Sendable {
  /// The members in the order of the archive.
  public let entries: [TarEntry]
  private let indices: [String: Int]

  /// The member called `name`, if there is one.
  public subscript(name: String) -> TarEntry? { indices[name].map { entries[$0] } }

  /// Reads the headers of the archive that fills `bytes`.
  public init(
    parsing bytes: RawSpan, limits: ArchiveLimits = .default, audit: inout Audit
  ) throws(Rejection) {
    var members = TarMembers(limits: limits)
    var position = 0
    while let header = try TarHeader(at: position, in: bytes) {
      let data = position + TarHeader.byteCount
      let size = try members.size(of: header)
      guard bytes.holds(size, at: data) else {
        throw Rejection(
          ArchiveRules.badTar,
          "a member of \(size) bytes is cut off after \(bytes.byteCount - data)",
          at: Place(offset: position))
      }
      try members.take(header, bytes.extracting(data..<data + size), at: data)
      position = data + size + (-size & (TarHeader.byteCount - 1))
    }
    try members.finish(at: position)
    try Self.checkEnd(bytes, at: position, audit: &audit)
    (entries, indices) = (members.entries, members.indices)
  }

  /// An archive ends with two blocks of zeros and may be padded with more.
  private static func checkEnd(
    _ bytes: RawSpan, at position: Int, audit: inout Audit
  ) throws(Rejection) {
    guard bytes.holds(2 * TarHeader.byteCount, at: position) else {
      throw Rejection(
        ArchiveRules.badTar, "the two zero blocks that end an archive are cut off",
        at: Place(offset: position))
    }
    // Tar pads to 10 KiB, some tapes to more; beyond a MiB it is not padding.
    let padding = min(bytes.byteCount - position, 1 << 20)
    let end = position + padding
    let stray = (position..<end).first { bytes.byte(at: $0) != 0 }
    guard let first = stray ?? (end < bytes.byteCount ? end : nil) else { return }
    try audit.enforce(
      ArchiveRules.strayBytes, "\(bytes.byteCount - first) bytes follow the archive's end",
      at: Place(offset: first))
  }
}
