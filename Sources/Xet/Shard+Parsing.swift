public import Diagnostics

extension Shard {
  /// Reads a shard, with or without a footer, and holds its numbers against each other.
  ///
  /// Whether the xorbs exist and have these chunks, only who keeps them can tell. Memory grows with
  /// the bytes that are there, not with the counts in them.
  public init(parsing bytes: RawSpan) throws(Rejection) {
    guard bytes.hasBytes(ShardLayout.tag), bytes.byteCount >= ShardLayout.entryByteCount else {
      throw Rejection(XetRules.shardTag, "the tag of a shard is missing")
    }
    let version = bytes.uint64(at: ShardLayout.tag.count)
    guard version == ShardLayout.version else {
      throw Rejection(XetRules.shardTag, "version \(version)")
    }
    var reader = EntryReader(position: ShardLayout.entryByteCount)
    var files: [File] = []
    while let file = try reader.file(in: bytes) { files.append(file) }
    var xorbs: [ListedXorb] = []
    while let xorb = try reader.xorb(in: bytes) { xorbs.append(xorb) }
    self.init(files: files, xorbs: xorbs)
    try requireEqualVerification()
    let announced = bytes.uint64(at: ShardLayout.tag.count + 8)
    try Self.checkFooter(bytes, from: reader.position, announced: announced)
  }

  /// Checks for some files only would let a client smuggle in the others.
  private func requireEqualVerification() throws(Rejection) {
    let verified = files.filter { $0.segments.contains { $0.verification != nil } }.count
    let verifiable = files.filter { !$0.segments.isEmpty }.count
    guard verified == 0 || verified == verifiable else {
      throw Rejection(
        XetRules.shardFile, "\(verified) of \(verifiable) files have verification hashes")
    }
  }

  private static func checkFooter(
    _ bytes: RawSpan, from start: Int, announced: UInt64
  ) throws(Rejection) {
    let rest = bytes.extracting(start...)
    guard UInt64(rest.byteCount) == announced else {
      throw Rejection(
        XetRules.shardFooter, "\(rest.byteCount) bytes of \(announced) that are announced",
        at: Place(offset: start))
    }
    guard announced > 0 else { return }
    guard rest.byteCount == ShardLayout.footerByteCount,
      rest.uint64(at: 0) == ShardLayout.footerVersion,
      XetHash(of: rest, at: ShardLayout.footerKeyOffset) == .zero
    else {
      throw Rejection(
        XetRules.shardFooter, "the footer is of another version, or chunk hashes are hidden",
        at: Place(offset: start))
    }
  }
}
