import Diagnostics

/// Where the entries lie: one behind the other, from the first byte to the central directory.
struct ZipLayout {
  /// Where the payloads begin, in the order of the central directory.
  let dataOffsets: [Int]

  /// Checks the local headers of all entries and that no two share a byte.
  init(
    _ headers: [CentralHeader], before limit: Int, in bytes: RawSpan, audit: inout Audit
  ) throws(Rejection) {
    let order = headers.indices.sorted {
      (headers[$0].localHeaderOffset, $0) < (headers[$1].localHeaderOffset, $1)
    }
    try Self.refuseSharedHeaders(headers, order)
    var dataOffsets = [Int](repeating: 0, count: headers.count)
    var position = 0
    for index in order {
      let header = headers[index]
      guard header.localHeaderOffset >= position else {
        throw Rejection(
          ArchiveRules.overlappingEntries,
          "the entry begins at byte \(header.localHeaderOffset), inside the one before it, which "
            + "ends at \(position)", at: Place(member: header.name))
      }
      let local = try LocalHeader(of: header, in: bytes, before: limit)
      try Self.examineHole(position..<header.localHeaderOffset, in: bytes, audit: &audit)
      dataOffsets[index] = local.dataOffset
      position = local.end
    }
    try Self.examineHole(position..<limit, in: bytes, audit: &audit)
    self.dataOffsets = dataOffsets
  }

  private static func refuseSharedHeaders(
    _ headers: [CentralHeader], _ order: [Int]
  ) throws(Rejection) {
    for (one, other) in zip(order, order.dropFirst())
    where headers[one].localHeaderOffset == headers[other].localHeaderOffset {
      throw Rejection(
        ArchiveRules.badHeaderOffset,
        "it points at the bytes of \(headers[one].name), byte \(headers[one].localHeaderOffset)",
        at: Place(member: headers[other].name))
    }
  }

  /// Between entries some writers leave padding; a whole entry that is not listed is no padding.
  private static func examineHole(
    _ hole: Range<Int>, in bytes: RawSpan, audit: inout Audit
  ) throws(Rejection) {
    guard !hole.isEmpty else { return }
    let place = Place(offset: hole.lowerBound)
    if bytes.hasPrefix([0x50, 0x4B, 3, 4], at: hole.lowerBound) {
      let message = "an entry of \(hole.count) bytes that the central directory does not list"
      // Whoever reads from the front sees it first.
      guard hole.lowerBound > 0 else {
        throw Rejection(ArchiveRules.strayBytes, message, at: place)
      }
      try audit.enforce(ArchiveRules.strayBytes, message, at: place)
    } else {
      audit.warn(ArchiveRules.strayBytes, "\(hole.count) bytes between entries", at: place)
    }
  }
}
