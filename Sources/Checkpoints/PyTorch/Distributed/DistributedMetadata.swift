internal import Diagnostics

/// What `.metadata` says: the tensors, their chunks, and where each chunk's bytes are.
struct DistributedMetadata {
  /// A box of a tensor.
  struct Chunk: Hashable {
    let name: String
    let origin: [Int]
  }
  /// A range of a rank's file.
  struct Location: Hashable {
    let file: String
    let range: Range<Int>
  }

  let tensors: [(name: String, shape: [Int], chunks: [(origin: [Int], size: [Int])])]
  let objects: [String]
  let locations: [Chunk: Location]
}

extension DistributedMetadata {
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
      guard chunks.count <= Self.maximumChunks else {
        throw Self.malformed("\(name) has \(chunks.count) chunks")
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

  /// The most chunks of one tensor: a few for each of the ranks that save it.
  private static let maximumChunks = 100_000

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
