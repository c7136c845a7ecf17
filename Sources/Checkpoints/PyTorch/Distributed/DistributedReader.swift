internal import Archives
internal import Diagnostics
internal import TensorCore

/// Opens the chunks of a distributed checkpoint.
struct DistributedReader {
  let folder: String
  private var files: [String: Storage] = [:]
  /// The tensors of the zips that were opened: chunks may share one.
  private var opened: [DistributedMetadata.Location: Tensor] = [:]

  init(folder: String) { self.folder = folder }

  mutating func checkpoint(
    _ metadata: DistributedMetadata, audit: inout Audit
  ) throws(Rejection) -> Checkpoint {
    var tensors: [NamedTensor] = []
    var checks: [PayloadCheck] = []
    for (name, dimensions, chunks) in metadata.tensors {
      let pieces = try locating(Place(tensor: name)) { () throws(Rejection) in
        try self.pieces(name, chunks, metadata, &checks, audit: &audit)
      }
      let cover = try PieceCover(name: name, pieces: pieces)
      tensors.append(NamedTensor(name: name, content: try cover.content(of: dimensions)))
    }
    var checkpoint = Checkpoint(format: DistributedFormat.id, tensors: tensors)
    for name in metadata.objects {
      let value = try object(name, metadata, audit: &audit)
      let leaves = try StateFlattener.flatten(
        value, below: name,
        ofInput: metadata.locations[.init(name: name, origin: [])]?.range.count ?? 0,
        audit: &audit)
      checkpoint.metadata.merge(leaves.metadata) { first, _ in first }
      checkpoint.tensors += leaves.tensors
    }
    checkpoint.byteCount = files.values.reduce(0) { $0 + $1.byteCount }
    checkpoint.payloadChecks = checks
    return checkpoint
  }

  /// What is no tensor is stored as a zip of its own too.
  private mutating func object(
    _ name: String, _ metadata: DistributedMetadata, audit: inout Audit
  ) throws(Rejection) -> TorchValue {
    guard let location = metadata.locations[.init(name: name, origin: [])] else {
      throw DistributedMetadata.malformed("\(name) is stored nowhere")
    }
    let archive = try TorchArchive(
      try window(location), place: Place(file: location.file), audit: &audit)
    return try PyTorchFormat.object(of: archive, audit: &audit)
  }

  private mutating func pieces(
    _ name: String, _ chunks: [(origin: [Int], size: [Int])], _ metadata: DistributedMetadata,
    _ checks: inout [PayloadCheck], audit: inout Audit
  ) throws(Rejection) -> [PiecewiseTensor.Piece] {
    var pieces: [PiecewiseTensor.Piece] = []
    for chunk in chunks {
      let key = DistributedMetadata.Chunk(name: name, origin: chunk.origin)
      guard let location = metadata.locations[key] else {
        throw DistributedMetadata.malformed("the chunk at \(chunk.origin) is stored nowhere")
      }
      let tensor = try tensor(location, &checks, audit: &audit)
      let units = tensor.dtype.torchUnit
      guard tensor.shape.dimensions == chunk.size.countingLast(units) else {
        throw DistributedMetadata.malformed("the chunk at \(chunk.origin) has another shape")
      }
      let origin = chunk.origin.countingLast(units)
      pieces.append(PiecewiseTensor.Piece(origin: origin, tensor: tensor))
    }
    return pieces
  }

  /// The tensor that a zip inside a rank's file holds.
  private mutating func tensor(
    _ location: DistributedMetadata.Location, _ checks: inout [PayloadCheck], audit: inout Audit
  ) throws(Rejection) -> Tensor {
    if let known = opened[location] { return known }
    let window = try window(location)
    let archive = try TorchArchive(window, place: Place(file: location.file), audit: &audit)
    let value = try PyTorchFormat.object(of: archive, audit: &audit)
    let tensor: Tensor
    switch value.tensorValue?.content {
    case .dense(let dense): tensor = dense
    case .transformed(let stored, let change): tensor = try stored.rewritten(by: change)
    case .encoded, .pieces, .absent:
      throw DistributedMetadata.malformed("a chunk is quantized or has no data")
    case nil: throw DistributedMetadata.malformed("a chunk is no tensor")
    }
    checks += archive.members.payloadChecks
    opened[location] = tensor
    return tensor
  }

  /// The range of a rank's file that holds one zip; the path must stay inside the folder.
  private mutating func window(
    _ location: DistributedMetadata.Location
  ) throws(Rejection) -> Storage {
    let parts = location.file.split(separator: "/", omittingEmptySubsequences: false)
    guard !location.file.contains("\0"), !parts.contains(".."), !parts.contains("") else {
      throw Rejection(
        DistributedRules.escapingPath, "relative_path is \(location.file.debugDescription)")
    }
    if files[location.file] == nil {
      files[location.file] = Storage(
        try FileMapping(
          below: folder, components: parts.map(String.init), orRefuse: DistributedRules.escapingPath
        ))
    }
    guard let window = files[location.file]?.slice(location.range) else {
      throw DistributedMetadata.malformed(
        "bytes \(location.range) lie beyond the end of \(location.file)")
    }
    return window
  }
}

extension [Int] {
  /// The extents or position with the last axis counted in elements, of which PyTorch's have
  /// `units` each.
  func countingLast(_ units: Int) -> [Int] {
    guard units > 1, let last, let count = last.multiplied(by: units) else { return self }
    return dropLast() + [count]
  }
}

extension DType {
  /// How many elements one of PyTorch's is.
  var torchUnit: Int { self == .f4 ? 2 : 1 }
}

extension Tensor {
  /// The tensor with `transform` carried out, in a scratch file.
  fileprivate func rewritten(by transform: ElementTransform) throws(Rejection) -> Tensor {
    var scratch = try ScratchFile()
    try forEachChunk { chunk throws(Rejection) in
      let bytes = transform.applied(to: chunk, of: dtype)
      try scratch.append(unsafe bytes.span.bytes)
    }
    let storage = try scratch.finish()
    guard let tensor = Tensor(dtype: dtype, shape: shape, storage: storage) else {
      throw DistributedMetadata.malformed("a chunk of \(shape) does not fit its bytes")
    }
    return tensor
  }
}
