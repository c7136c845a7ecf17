internal import Archives
internal import Diagnostics
internal import EntropyCoding
internal import JSON
internal import TensorCore

/// Writes the directory of an artifact while its chunks go to the file.
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

  /// Adds elements as they are.
  mutating func add(
    _ name: String, _ dtype: DType, _ shape: Shape, _ source: @escaping ComponentSource,
    _ sink: @escaping ChunkSink
  ) throws(Rejection) {
    begin(name, dtype, shape, encoding: "", componentCount: 1)
    let checksum = Checksum()
    _ = try ComponentEncoder(dtype, shape).encode(
      checksum.following(source), to: &encoder, sink)
    encoder.checksum(checksum.value)
  }

  /// Adds codes and scales. What in the names of the parts is the tensor's name in the input,
  /// `source`, becomes its new name.
  mutating func add(
    _ name: String, _ tensor: EncodedTensor, namedFor source: String,
    _ sink: @escaping ChunkSink
  ) throws(Rejection) {
    guard let kept = tensor.encoding as? any KeptEncoding else {
      preconditionFailure("\(tensor.encoding.kind) cannot be kept")
    }
    begin(
      name, tensor.dtype, tensor.shape,
      encoding: type(of: kept).method + " " + JSONValue.object(kept.parameters).text(),
      componentCount: tensor.components.count)
    let checksum = Checksum()
    let patterns = ComponentName.patterns(
      tensor.components.map(\.name), tensor: source, renamed: name)
    for (index, component) in tensor.components.enumerated() {
      let part = component.tensor
      encoder.word(patterns[index])
      encoder.word(part.dtype.rawValue)
      writeExtents(part.shape, unless: tensor.shape)
      let hints = index == 0 ? Self.hints(tensor.encoding) : ComponentHints()
      _ = try ComponentEncoder(part.dtype, part.shape, hints).encode(
        checksum.following { (body) throws(Rejection) in try part.forEachChunk(body) },
        to: &encoder, sink)
    }
    encoder.checksum(checksum.value)
  }

  /// What the encoding tells about its codes.
  private static func hints(_ encoding: any TensorEncoding) -> ComponentHints {
    ComponentHints(
      trellis: (encoding as? GridCodes)?.trellis,
      fieldWidth: (encoding as? PackedIntegers)?.width)
  }

  private mutating func begin(
    _ name: String, _ dtype: DType, _ shape: Shape, encoding: String, componentCount: Int
  ) {
    let bytes = Array(name.utf8)
    var shared = zip(bytes, lastName).prefix { $0 == $1 }.count
    // A reader takes the rest for text of its own.
    while shared < bytes.count, bytes[shared] & 0xC0 == 0x80 { shared -= 1 }
    encoder.number(shared, DirectoryField.sharedPrefix)
    encoder.text(bytes[shared...])
    lastName = bytes
    encoder.word(dtype.rawValue)
    encoder.number(shape.rank, DirectoryField.rank)
    for extent in shape.dimensions { encoder.number(extent, DirectoryField.extent) }
    encoder.word(encoding)
    encoder.number(componentCount, DirectoryField.componentCount)
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

/// The checksum of what sources give, one after another, each as often as it is read.
private final class Checksum {
  private var crc = CRC32()
  var value: UInt32 { crc.value }

  /// The source, whose bytes count behind those of the sources before.
  func following(_ source: @escaping ComponentSource) -> ComponentSource {
    { [self, before = crc] (body) throws(Rejection) in
      crc = before
      try source { (chunk) throws(Rejection) in
        crc.update(chunk)
        try body(chunk)
      }
    }
  }
}
