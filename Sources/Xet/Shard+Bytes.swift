extension Shard {
  /// The shard as it is uploaded, without a footer.
  ///
  /// Lengths and counts must fit 32 bits, and either all segments or none have a verification.
  public var bytes: [UInt8] {
    let segments = files.flatMap(\.segments)
    let isVerified = segments.allSatisfy { $0.verification != nil }
    precondition(
      isVerified || segments.allSatisfy { $0.verification == nil },
      "all segments have a verification, or none")
    var bytes = ShardLayout.tag
    bytes.append(littleEndian: ShardLayout.version)
    bytes.append(littleEndian: UInt64(0))
    for file in files { bytes.append(file, isVerified: isVerified) }
    bytes.append(entry: ShardLayout.end, numbers: 0, 0, 0, 0)
    for xorb in xorbs { bytes.append(xorb) }
    bytes.append(entry: ShardLayout.end, numbers: 0, 0, 0, 0)
    return bytes
  }
}

extension [UInt8] {
  fileprivate mutating func append(
    entry hash: XetHash, numbers first: UInt32, _ second: UInt32, _ third: UInt32, _ fourth: UInt32
  ) {
    hash.append(to: &self)
    for number in [first, second, third, fourth] { append(littleEndian: number) }
  }

  fileprivate mutating func append(_ file: Shard.File, isVerified: Bool) {
    let flags =
      (isVerified ? ShardLayout.verificationFlag : 0)
      | (file.sha256 == nil ? 0 : ShardLayout.sha256Flag)
    append(entry: file.hash, numbers: flags, UInt32(file.segments.count), 0, 0)
    for segment in file.segments {
      append(
        entry: segment.xorb, numbers: 0, UInt32(segment.byteCount),
        UInt32(segment.chunks.lowerBound), UInt32(segment.chunks.upperBound))
    }
    for verification in file.segments.compactMap(\.verification) {
      append(entry: verification, numbers: 0, 0, 0, 0)
    }
    if let sha256 = file.sha256 {
      let swapped = XetHash(rawBytes: sha256).textOrder
      append(entry: XetHash(rawBytes: swapped), numbers: 0, 0, 0, 0)
    }
  }

  fileprivate mutating func append(_ xorb: Shard.ListedXorb) {
    append(
      entry: xorb.hash, numbers: 0, UInt32(xorb.chunks.count), UInt32(xorb.byteCount),
      UInt32(xorb.storedByteCount))
    for chunk in xorb.chunks {
      let flags = chunk.isOffered ? ShardLayout.offeredFlag : 0
      append(
        entry: chunk.hash, numbers: UInt32(chunk.offset), UInt32(chunk.byteCount), flags, 0)
    }
  }
}
