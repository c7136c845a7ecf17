public import Diagnostics
internal import Glibc
internal import TensorCore

/// A folder that `torch.distributed.checkpoint` saved: `.metadata` and one file for each rank.
///
/// Every chunk of a tensor is a `torch.save` zip of its own inside a rank's file.
public enum DistributedFormat: CheckpointFormat {
  /// The id in reports.
  public static let id = "pytorch-dcp"
  /// One line for people.
  public static let title =
    "PyTorch distributed checkpoint: a folder of .metadata and .distcp files"
  /// The writer that defines the format.
  public static let reference = "PyTorch 2.15, torch/distributed/checkpoint/filesystem.py"

  /// Whether the input is a folder with a `.metadata` file.
  public static func recognizes(_ input: CheckpointInput) -> Bool {
    guard input.isFolder else { return false }
    return unsafe access(input.path + "/.metadata", R_OK) == 0
  }

  /// Reads the metadata and the header of every chunk.
  public static func open(
    _ input: CheckpointInput, audit: inout Audit
  ) throws(Rejection) -> Checkpoint {
    let path = input.path + "/.metadata"
    let storage = Storage(try FileMapping(path: path))
    let value = try locating(Place(file: path)) { () throws(Rejection) in
      try TorchObject.value(
        ofPickle: storage.bytes, storages: EmptyStorageSource(fileByteCount: storage.byteCount),
        audit: &audit)
    }
    var reader = DistributedReader(folder: input.path)
    return try reader.checkpoint(DistributedMetadata(value), audit: &audit)
  }
}

/// What `.metadata` says: the tensors, their chunks, and where each chunk's bytes are.
struct DistributedMetadata {
  /// A box of a tensor.
  struct Chunk: Hashable {
    let name: String
    let origin: [Int]
  }
  /// A range of a rank's file.
  struct Location {
    let file: String
    let range: Range<Int>
  }

  let tensors: [(name: String, shape: [Int], chunks: [(origin: [Int], size: [Int])])]
  let objects: [String]
  let locations: [Chunk: Location]

  /// Reads the state of PyTorch's `Metadata`; throws D01 where it is not of that form.
  init(_ value: TorchValue) throws(Rejection) {
    guard let attributes = value.attributes,
      let state = attributes["state_dict_metadata"]?.dictValue,
      let stored = attributes["storage_data"]?.dictValue
    else { throw Self.malformed("it holds no state_dict_metadata") }
    var tensors: [(String, [Int], [(origin: [Int], size: [Int])])] = []
    var objects: [String] = []
    for (key, entry) in state.entries {
      guard let name = key.stringValue, case .object(let className, let state) = entry else {
        throw Self.malformed("an entry has no name or is no object")
      }
      guard !className.hasSuffix(".BytesStorageMetadata") else {
        objects.append(name)
        continue
      }
      guard let fields = state.dictValue, let chunks = fields["chunks"]?.sequenceValue else {
        throw Self.malformed("\(name) has no chunks")
      }
      tensors.append((name, try Self.extents(fields["size"], name), try Self.boxes(chunks, name)))
    }
    self.tensors = tensors
    self.objects = objects
    locations = try Self.locations(stored)
  }

  private static func boxes(
    _ chunks: [TorchValue], _ name: String
  ) throws(Rejection) -> [(origin: [Int], size: [Int])] {
    try chunks.map { chunk throws(Rejection) in
      (
        try extents(chunk.attributes?["offsets"], name),
        try extents(chunk.attributes?["sizes"], name)
      )
    }
  }

  private static func extents(_ value: TorchValue?, _ name: String) throws(Rejection) -> [Int] {
    guard let items = value?.sequenceValue else { throw malformed("\(name) has no extents") }
    let extents = items.compactMap(\.intValue)
    guard extents.count == items.count, extents.allSatisfy({ $0 >= 0 }) else {
      throw malformed("\(name) has extents that are no sizes")
    }
    return extents
  }

  private static func locations(_ stored: TorchDict) throws(Rejection) -> [Chunk: Location] {
    var locations: [Chunk: Location] = [:]
    for (key, value) in stored.entries {
      guard let index = key.attributes, let name = index["fqn"]?.stringValue,
        let fields = value.attributes, let file = fields["relative_path"]?.stringValue,
        let offset = fields["offset"]?.intValue, let length = fields["length"]?.intValue,
        offset >= 0, length >= 0, offset <= Int.max - length
      else { throw malformed("a storage entry lacks its place") }
      let origin = index["offset"]?.sequenceValue?.compactMap(\.intValue) ?? []
      locations[Chunk(name: name, origin: origin)] = Location(
        file: file, range: offset..<(offset + length))
    }
    return locations
  }

  static func malformed(_ reason: String) -> Rejection {
    Rejection(DistributedRules.metadata, reason)
  }
}

extension TorchValue {
  /// The attributes of an instance.
  fileprivate var attributes: TorchDict? {
    if case .object(_, let state) = self { state.dictValue } else { nil }
  }
}

/// Opens the chunks of a distributed checkpoint.
struct DistributedReader {
  let folder: String
  private var files: [String: Storage] = [:]

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
      tensors.append(
        NamedTensor(name: name, content: try Self.content(name, dimensions, pieces)))
    }
    var checkpoint = Checkpoint(format: DistributedFormat.id, tensors: tensors)
    for name in metadata.objects {
      let leaves = try StateFlattener.flatten(
        object(name, metadata, audit: &audit), below: name)
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
      let window = try window(location)
      let archive = try TorchArchive(window, place: Place(file: location.file), audit: &audit)
      let value = try PyTorchFormat.object(of: archive, audit: &audit)
      guard let tensor = value.denseValue, tensor.shape.dimensions == chunk.size else {
        throw DistributedMetadata.malformed("the chunk at \(chunk.origin) has another shape")
      }
      checks += archive.payloadChecks
      pieces.append(PiecewiseTensor.Piece(origin: chunk.origin, tensor: tensor))
    }
    return pieces
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
        try FileMapping(path: folder + "/" + location.file, followsLinks: false))
    }
    guard let window = files[location.file]?.slice(location.range) else {
      throw DistributedMetadata.malformed(
        "bytes \(location.range) lie beyond the end of \(location.file)")
    }
    return window
  }

  /// The pieces as one tensor, once they are known to cover it without overlap.
  private static func content(
    _ name: String, _ dimensions: [Int], _ pieces: [PiecewiseTensor.Piece]
  ) throws(Rejection) -> TensorContent {
    guard let shape = Shape(dimensions), let first = pieces.first else {
      throw DistributedMetadata.malformed("\(name) has no chunks")
    }
    if pieces.count == 1, first.tensor.shape == shape, first.origin.allSatisfy({ $0 == 0 }) {
      return .dense(first.tensor)
    }
    guard pieces.allSatisfy({ $0.tensor.dtype == first.tensor.dtype }) else {
      throw DistributedMetadata.malformed("the chunks of \(name) differ in type")
    }
    try checkCover(of: shape, by: pieces, name)
    return .pieces(
      PiecewiseTensor(dtype: first.tensor.dtype, shape: shape, pieces: pieces))
  }

  /// Boxes that are inside, disjoint and of the same volume in sum cover the whole.
  private static func checkCover(
    of shape: Shape, by pieces: [PiecewiseTensor.Piece], _ name: String
  ) throws(Rejection) {
    var volume = 0
    for piece in pieces {
      let extents = piece.tensor.shape.dimensions
      guard extents.count == shape.rank, piece.origin.count == shape.rank,
        (0..<shape.rank).allSatisfy({
          piece.origin[$0] <= shape[$0] && extents[$0] <= shape[$0] - piece.origin[$0]
        })
      else { throw DistributedMetadata.malformed("a chunk of \(name) lies outside of it") }
      volume &+= piece.tensor.shape.elementCount
    }
    guard volume == shape.elementCount else {
      throw DistributedMetadata.malformed("the chunks of \(name) leave gaps or overlap")
    }
    let ordered = pieces.sorted { $0.origin.lexicographicallyPrecedes($1.origin) }
    for (index, piece) in ordered.enumerated() {
      for other in ordered[(index + 1)...] {
        if let end = piece.end(axis: 0), let start = other.origin.first, start >= end { break }
        guard !piece.overlaps(other) else {
          throw DistributedMetadata.malformed("the chunks of \(name) overlap")
        }
      }
    }
  }
}

extension PiecewiseTensor.Piece {
  fileprivate func end(axis: Int) -> Int? {
    origin.isEmpty ? nil : origin[axis] + tensor.shape[axis]
  }

  fileprivate func overlaps(_ other: Self) -> Bool {
    origin.indices.allSatisfy { axis in
      origin[axis] < other.origin[axis] + other.tensor.shape[axis]
        && other.origin[axis] < origin[axis] + tensor.shape[axis]
    }
  }
}

/// The rules about distributed checkpoints.
public enum DistributedRules {
  /// The metadata contradicts itself or the files.
  public static let metadata = Rule(
    "D01", "distributed metadata contradicts the files",
    because: "The metadata says which bytes of which file hold which box of a tensor. A gap, an "
      + "overlap or a place beyond the end would fill the tensor with something else.",
    remedy: "Copy the whole folder again: a rank's file may be missing or older than the rest.")

  /// A path leads out of the folder.
  public static let escapingPath = Rule(
    "D02", "path leads out of the checkpoint's folder",
    because: "The names of the ranks' files come from the file itself; one with .. or a leading "
      + "slash would read anything on this machine.",
    remedy: "Do not use the checkpoint: no program that saves one writes such a name.",
    status: .refused)

  /// Every rule of distributed checkpoints.
  public static let all = [metadata, escapingPath]
}
