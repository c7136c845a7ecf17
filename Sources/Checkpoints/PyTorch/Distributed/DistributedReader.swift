internal import Archives
internal import Diagnostics
internal import Files
internal import TensorCore

/// Opens the chunks of a distributed checkpoint.
struct DistributedReader {
  let folder: String
  private var files: [String: Storage] = [:]
  /// The tensors of the zips that were opened: chunks may share one.
  private var opened: [DistributedMetadata.Location: Tensor] = [:]
  /// The bytes of chunks beyond those that they have in files.
  private var expansion = 0
  /// What that may be in files of so many bytes.
  private let allowance: (Int) -> Int

  init(
    folder: String,
    allowance: @escaping (Int) -> Int = TorchTensorBuilder.allowance(forFileOf:)
  ) {
    self.folder = folder
    self.allowance = allowance
  }

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
    try addObjects(of: metadata, to: &checkpoint, audit: &audit)
    checkpoint.byteCount = files.values.reduce(0) { $0 + $1.byteCount }
    checkpoint.payloadChecks = checks
    return checkpoint
  }

  /// Adds the leaves of all objects, whose names may take no more than those of one file (P24). Two
  /// tensors of one name are refused (T20); of two other values the first stays, with a warning.
  private mutating func addObjects(
    of metadata: DistributedMetadata, to checkpoint: inout Checkpoint, audit: inout Audit
  ) throws(Rejection) {
    let ranges = metadata.objects.compactMap { metadata.locations[.init(name: $0, origin: [])] }
    var budget = FlatteningBudget(
      inputByteCount: Set(ranges).reduce(0) { $0 &+ min($1.range.count, 1 << 40) })
    var names = Set(checkpoint.tensors.map { ExactText($0.name) })
    var lost: [String] = []
    for name in metadata.objects {
      let leaves = try StateFlattener.flatten(
        try object(name, metadata, audit: &audit), below: name, within: &budget, audit: &audit)
      for tensor in leaves.tensors {
        guard names.insert(ExactText(tensor.name)).inserted else {
          throw Rejection(
            TorchRules.nameCollision, "two objects hold a tensor of this name",
            at: Place(tensor: tensor.name))
        }
        checkpoint.tensors.append(tensor)
      }
      for (key, text) in leaves.metadata {
        if checkpoint.metadata[key] == nil {
          checkpoint.metadata[key] = text
        } else {
          lost.append(key)
        }
      }
    }
    guard let first = lost.first else { return }
    audit.warn(
      TorchRules.nameCollision,
      "\(lost.count) values share a name with one of another object and are left out: \(first)")
  }

  /// Counts what a chunk takes beyond its bytes in a file: what all chunks of a folder take may be
  /// as much as what all tensors of one file may (T05).
  private mutating func spend(_ bytes: Int, _ shape: Shape) throws(Rejection) {
    let available = files.values.reduce(0) { $0 &+ $1.byteCount }
    let (sum, overflow) = expansion.addingReportingOverflow(bytes)
    guard !overflow, sum <= allowance(available) else {
      throw Rejection(
        TorchRules.expansionBomb,
        "with a chunk of \(shape) the tensors exceed the folder's allowance")
    }
    expansion = sum
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
    if let known = opened[location] {
      try spend(known.byteCount, known.shape)
      return known
    }
    let window = try window(location)
    let archive = try TorchArchive(window, place: Place(file: location.file), audit: &audit)
    let value = try PyTorchFormat.object(of: archive, audit: &audit)
    let tensor: Tensor
    if let content = value.tensorValue?.content {
      let bytes = content.dtype.byteCount(elements: content.shape.elementCount) ?? Int.max
      try spend(max(0, bytes - window.byteCount), content.shape)
    }
    switch value.tensorValue?.content {
    case .dense(let dense): tensor = dense
    case .transformed(let stored, let change): tensor = try stored.rewritten(by: change)
    case .encoded, .pieces, .coded, .computed, .absent:
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
