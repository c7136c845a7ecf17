internal import Archives
public import Diagnostics
internal import EntropyCoding
public import TensorCore

/// A tensor of a Birdie artifact: decoded when it is asked for, and checked then.
public struct CodedTensor: Sendable {
  /// A part, how it is coded, and where its chunks are.
  struct Part: Sendable {
    let name: String
    let component: CodedComponent
    let chunks: Storage
  }

  /// The type of the elements once decoded.
  public let dtype: DType
  /// The extents once decoded.
  public let shape: Shape
  /// How the parts become numbers; nil where the one part are the elements.
  public let encoding: (any TensorEncoding)?
  let parts: [Part]
  /// The CRC-32 of the parts; nil where it is not to be compared.
  let checksum: UInt32?

  /// The bytes of its chunks; what the directory holds of it is not counted.
  public var storedByteCount: Int { parts.reduce(0) { $0 + $1.chunks.byteCount } }
  /// The bytes of its parts once decoded: codes and scales, or the elements.
  public var componentByteCount: Int { parts.reduce(0) { $0 + $1.component.byteCount } }

  /// The tensor in memory: its elements, or its codes and scales.
  ///
  /// Throws B06 to B08 where the file is damaged, C08 and C09 where codes and scales do not fit.
  public func resolved() throws(Rejection) -> TensorContent {
    var crc = CRC32()
    var components: [EncodedTensor.Component] = []
    for part in parts {
      var bytes: [UInt8] = []
      bytes.reserveCapacity(min(part.component.byteCount, 1 << 24))
      try part.component.forEachChunk(of: part.chunks) { (chunk) throws(Rejection) in
        crc.update(chunk)
        unsafe chunk.withUnsafeBytes { unsafe bytes.append(contentsOf: $0) }
      }
      guard
        let tensor = Tensor(
          dtype: part.component.dtype, shape: part.component.shape, storage: Storage(bytes))
      else {
        throw Rejection(
          EntropyRules.damagedStream, "\(part.name) decodes to \(bytes.count) bytes")
      }
      components.append(.init(name: part.name, tensor: tensor))
    }
    try check(crc)
    guard let encoding else { return .dense(components[0].tensor) }
    return .encoded(
      try EncodedTensor(dtype: dtype, shape: shape, encoding: encoding, components: components))
  }

  /// Gives the decoded elements' bytes, a bounded chunk at a time. What was given is known to be
  /// right only when this returns.
  func forEachChunk(_ body: (RawSpan) throws(Rejection) -> Void) throws(Rejection) {
    // Of types that share bytes a chunk would end within elements.
    guard encoding == nil, dtype.byteWidth != nil else {
      return try resolved().forEachChunk(body)
    }
    var crc = CRC32()
    try parts[0].component.forEachChunk(of: parts[0].chunks) { (chunk) throws(Rejection) in
      crc.update(chunk)
      // Whoever takes chunks may count on a block's size.
      let step = EncodedTensor.blockElements * max(dtype.byteWidth ?? 1, 1)
      for start in stride(from: 0, to: chunk.byteCount, by: step) {
        try body(chunk.extracting(start..<min(start + step, chunk.byteCount)))
      }
    }
    try check(crc)
  }

  private func check(_ crc: CRC32) throws(Rejection) {
    guard let checksum, crc.value != checksum else { return }
    throw Rejection(
      ArtifactRules.wrongChecksum,
      "CRC mismatch (stored \(hexadecimal(checksum)), computed \(hexadecimal(crc.value)))")
  }
}

extension TensorContent {
  /// The same tensor with what a Birdie artifact keeps coded decoded to memory.
  public func resolved() throws(Rejection) -> TensorContent {
    if case .coded(let tensor) = self { try tensor.resolved() } else { self }
  }

  /// How codes become numbers; nil for elements as they are.
  public var encoding: (any TensorEncoding)? {
    switch self {
    case .encoded(let tensor): tensor.encoding
    case .coded(let tensor): tensor.encoding
    default: nil
    }
  }
}
