internal import Archives
internal import Diagnostics
internal import EntropyCoding
internal import TensorCore

/// Writes the directory of an artifact, tensor by tensor.
struct ArtifactDirectoryWriter {
  private var encoder = AdaptiveEncoder()
  private var lastName: [UInt8] = []

  /// Begins a directory of so many tensors.
  init(metadata: TextMap, tensorCount: Int) {
    encoder.number(0, DirectoryField.featureCount)
    encoder.number(metadata.count, DirectoryField.metadataCount)
    for (key, value) in metadata {
      encoder.text(key.utf8)
      encoder.text(value.utf8)
    }
    encoder.number(tensorCount, DirectoryField.tensorCount)
  }

  /// Adds a tensor whose parts were coded as the descriptions say; `checksum` is that of their
  /// bytes.
  mutating func add(
    _ draft: TensorDraft, _ descriptions: [ComponentDescription], checksum: UInt32
  ) {
    begin(draft)
    for (part, description) in zip(draft.parts, descriptions) {
      if let pattern = part.pattern {
        encoder.word(pattern)
        encoder.word(part.dtype.rawValue)
        writeExtents(part.shape, unless: draft.shape)
      }
      description.write(to: &encoder)
    }
    encoder.checksum(checksum)
  }

  private mutating func begin(_ draft: TensorDraft) {
    let bytes = Array(draft.name.utf8)
    var shared = zip(bytes, lastName).prefix { $0 == $1 }.count
    // A reader takes the rest for text of its own.
    while shared < bytes.count, bytes[shared] & 0xC0 == 0x80 { shared -= 1 }
    encoder.number(shared, DirectoryField.sharedPrefix)
    encoder.text(bytes[shared...])
    lastName = bytes
    encoder.word(draft.dtype.rawValue)
    encoder.number(draft.shape.rank, DirectoryField.rank)
    for extent in draft.shape.dimensions { encoder.number(extent, DirectoryField.extent) }
    encoder.word(draft.encoding)
    encoder.number(draft.parts.count, DirectoryField.componentCount)
  }

  private mutating func writeExtents(_ shape: Shape, unless whole: Shape) {
    guard shape != whole else { return encoder.number(0, DirectoryField.componentRank) }
    encoder.number(1 + shape.rank, DirectoryField.componentRank)
    for extent in shape.dimensions { encoder.number(extent, DirectoryField.extent) }
  }

  /// The directory and what stands behind it.
  consuming func finish() -> [UInt8] {
    let directory = encoder.finish()
    let crc = CRC32(of: unsafe directory.span.bytes).value
    return directory + LittleEndianWord.bytes(UInt32(directory.count))
      + LittleEndianWord.bytes(crc) + ArtifactFormat.endMark
  }
}
