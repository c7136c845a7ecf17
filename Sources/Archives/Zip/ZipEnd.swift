import Diagnostics

/// The end of central directory record, with its 64-bit companion folded in.
struct ZipEnd {
  static let signature: [UInt8] = [0x50, 0x4B, 5, 6]
  static let byteCount = 22

  /// Where the record begins.
  let offset: Int
  /// Where the central directory begins and how long it is.
  let directory: Range<Int>
  let entryCount: Int
  let comment: Range<Int>

  /// Finds the one record that every reader would use; a file that offers two is refused.
  init(in bytes: RawSpan, audit: inout Audit) throws(Rejection) {
    let candidates = Self.candidates(in: bytes)
    guard let offset = candidates.last, bytes.holds(Self.byteCount, at: offset) else {
      throw Self.missing(in: bytes, candidates: candidates)
    }
    self.offset = offset
    let commentStart = offset + Self.byteCount
    let commentCount = Int(bytes.uint16(at: offset + 20))
    guard bytes.holds(commentCount, at: commentStart) else {
      throw Rejection(
        ArchiveRules.missingEnd,
        "the archive's comment should have \(commentCount) bytes, the file ends after "
          + "\(bytes.byteCount - commentStart)", at: Place(offset: offset))
    }
    comment = commentStart..<commentStart + commentCount
    try Self.refuseRivals(candidates.dropLast(), of: offset, in: bytes)
    let fields = try Self.fields(at: offset, in: bytes)
    (directory, entryCount) = (fields.directory, fields.entryCount)
    if let rival = candidates.dropLast().last, rival >= directory.lowerBound {
      throw Self.twoEnds(rival, offset)
    }
    try enforceNothingAfter(bytes, audit: &audit)
  }

  /// Every place in reach of a comment of maximal length where the signature stands.
  private static func candidates(in bytes: RawSpan) -> [Int] {
    let reach = byteCount + Int(UInt16.max)
    let first = max(0, bytes.byteCount - reach)
    guard bytes.byteCount - first >= signature.count else { return [] }
    return (first...bytes.byteCount - signature.count).filter { offset in
      bytes.byte(at: offset) == 0x50 && bytes.hasPrefix(signature, at: offset)
    }
  }

  private static func missing(in bytes: RawSpan, candidates: [Int]) -> Rejection {
    guard let cut = candidates.last else {
      return Rejection(
        ArchiveRules.missingEnd, "no end record in the last \(min(bytes.byteCount, 65557)) bytes",
        at: Place(offset: bytes.byteCount))
    }
    guard candidates.count == 1 else {
      return Rejection(
        ArchiveRules.strayBytes, "a second, incomplete end record follows the first",
        at: Place(offset: cut))
    }
    return Rejection(
      ArchiveRules.missingEnd,
      "the end record has \(bytes.byteCount - cut) of its \(byteCount) bytes",
      at: Place(offset: cut))
  }

  /// Readers that go by the comment's length would take an earlier record that claims the end.
  /// Others inside a payload are no rivals: a stored zip archive has one too.
  private static func refuseRivals(
    _ earlier: ArraySlice<Int>, of offset: Int, in bytes: RawSpan
  ) throws(Rejection) {
    for rival in earlier where bytes.holds(byteCount, at: rival) {
      let claimed = rival + byteCount + Int(bytes.uint16(at: rival + 20))
      if claimed == bytes.byteCount { throw twoEnds(rival, offset) }
    }
  }

  private static func twoEnds(_ one: Int, _ other: Int) -> Rejection {
    Rejection(
      ArchiveRules.strayBytes, "two end records, at bytes \(one) and \(other)",
      at: Place(offset: one))
  }

  private func enforceNothingAfter(_ bytes: RawSpan, audit: inout Audit) throws(Rejection) {
    let extra = bytes.byteCount - comment.upperBound
    if extra > 0 {
      try audit.enforce(
        ArchiveRules.strayBytes, "\(extra) bytes follow the archive's end",
        at: Place(offset: comment.upperBound))
    }
  }
}

extension ZipEnd {
  private typealias Fields = (directory: Range<Int>, entryCount: Int)

  private static func fields(at offset: Int, in bytes: RawSpan) throws(Rejection) -> Fields {
    let place = Place(offset: offset)
    let disks = [bytes.uint16(at: offset + 4), bytes.uint16(at: offset + 6)]
    let narrow = Directory(
      here: UInt64(bytes.uint16(at: offset + 8)), entries: UInt64(bytes.uint16(at: offset + 10)),
      size: UInt64(bytes.uint32(at: offset + 12)), offset: UInt64(bytes.uint32(at: offset + 16)))
    let wide = try Zip64End(before: offset, in: bytes)
    guard disks.allSatisfy({ $0 == 0 || (wide != nil && $0 == .max) }) else {
      throw Rejection(ArchiveRules.badDirectory, "the archive spans several disks", at: place)
    }
    if let wide, !narrow.agrees(with: wide.directory) {
      throw Rejection(
        ArchiveRules.badZip64, "the end record and its 64-bit companion disagree", at: place)
    }
    let end = wide?.offset ?? offset
    return try (wide?.directory ?? narrow).resolved(endingAt: end, place: place)
  }

  /// Where the list of entries is said to lie, in either width.
  struct Directory {
    let here: UInt64
    let entries: UInt64
    let size: UInt64
    let offset: UInt64

    /// Whether each 32-bit field says the same or that the 64-bit one should be asked.
    func agrees(with wide: Directory) -> Bool {
      (here == wide.here || here == UInt16.max)
        && (entries == wide.entries || entries == UInt16.max)
        && (size == wide.size || size == UInt32.max)
        && (offset == wide.offset || offset == UInt32.max)
    }

    func resolved(
      endingAt end: Int, place: Place
    ) throws(Rejection) -> (directory: Range<Int>, entryCount: Int) {
      guard here == entries else {
        throw Rejection(
          ArchiveRules.badDirectory, "\(here) of \(entries) entries are on this disk", at: place)
      }
      guard let entryCount = Int(exactly: entries), let size = Int(exactly: size),
        let start = Int(exactly: offset)
      else {
        throw Rejection(ArchiveRules.badZip64, "a number of 2^63 or more", at: place)
      }
      guard start <= end, size == end - start else {
        throw Rejection(
          ArchiveRules.badDirectory,
          "the central directory should be \(size) bytes at \(start) and end at \(end)", at: place)
      }
      guard entryCount <= size / CentralHeader.byteCount else {
        throw Rejection(
          ArchiveRules.badDirectory, "\(entryCount) entries cannot be listed in \(size) bytes",
          at: place)
      }
      return (start..<end, entryCount)
    }
  }
}

/// The 64-bit end record, found through the locator that stands right before the 32-bit one.
private struct Zip64End {
  static let byteCount = 56
  static let locatorByteCount = 20

  let offset: Int
  let directory: ZipEnd.Directory

  init?(before end: Int, in bytes: RawSpan) throws(Rejection) {
    let locator = end - Self.locatorByteCount
    guard bytes.hasPrefix([0x50, 0x4B, 6, 7], at: locator) else { return nil }
    let place = Place(offset: locator)
    guard bytes.uint32(at: locator + 4) == 0, bytes.uint32(at: locator + 16) == 1 else {
      throw Rejection(ArchiveRules.badDirectory, "the archive spans several disks", at: place)
    }
    offset = locator - Self.byteCount
    guard bytes.hasPrefix([0x50, 0x4B, 6, 6], at: offset),
      bytes.uint64(at: locator + 8) == UInt64(offset),
      bytes.uint64(at: offset + 4) == UInt64(Self.byteCount - 12)
    else {
      throw Rejection(
        ArchiveRules.badZip64, "the locator does not point at a 64-bit end record before it",
        at: place)
    }
    guard bytes.uint32(at: offset + 16) == 0, bytes.uint32(at: offset + 20) == 0 else {
      throw Rejection(ArchiveRules.badDirectory, "the archive spans several disks", at: place)
    }
    directory = ZipEnd.Directory(
      here: bytes.uint64(at: offset + 24), entries: bytes.uint64(at: offset + 32),
      size: bytes.uint64(at: offset + 40), offset: bytes.uint64(at: offset + 48))
  }
}

extension ZipEnd {
  /// Where an archive that something else precedes ends, if there is one.
  static func hidden(in bytes: RawSpan) -> Int? {
    candidates(in: bytes).last { offset in
      guard bytes.holds(byteCount, at: offset) else { return false }
      let start = offset - Int(bytes.uint32(at: offset + 12))
      return start < offset && bytes.hasPrefix([0x50, 0x4B, 1, 2], at: start)
    }
  }
}
