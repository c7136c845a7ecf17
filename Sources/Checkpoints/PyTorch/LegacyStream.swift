internal import Diagnostics
internal import Pickle
internal import TensorCore

/// The object of a legacy file and the storages behind it: a file of its own, or bytes in a pickle.
struct LegacyStream {
  private let graph: PickleGraph
  let source: LegacyStorageSource

  /// Reads the pickles and finds the storages. `policy` says what the pickles may name.
  init(
    _ storage: Storage, policy: @escaping (Symbol) -> SymbolVerdict, audit: inout Audit
  ) throws(Rejection) {
    let bytes = storage.bytes
    var source = LegacyStorageSource(file: storage)
    var sequence = PickleSequence(source: source, policy: policy)
    guard case .bigInt = try sequence.next(in: bytes, audit: &audit),
      try sequence.next(in: bytes, audit: &audit).intValue == 1001,
      let facts = try sequence.next(in: bytes, audit: &audit).dictValue
    else {
      throw Rejection(PickleRules.computedMagic, "the header is not that of a PyTorch file")
    }
    graph = try sequence.nextGraph(in: bytes, audit: &audit)
    guard let keys = try sequence.next(in: bytes, audit: &audit).sequenceValue else {
      throw Rejection(TorchRules.legacyStorages, "the list of storages is none")
    }
    source.isBigEndian = facts["little_endian"]?.intValue == 0
    let described = try TorchObjectBuilder.storages(of: graph, source, audit: &audit)
    try source.locate(keys, described, from: sequence.position)
    self.source = source
  }

  /// The object.
  func object(audit: inout Audit) throws(Rejection) -> TorchValue {
    try TorchObjectBuilder.build(graph, storages: source, audit: &audit)
  }

  /// The storage that is all of the object; nil where there is more, or something else.
  func storage(audit: inout Audit) throws(Rejection) -> TorchStorage? {
    try TorchObjectBuilder.storage(of: graph, source, audit: &audit)
  }
}

/// The storages behind a legacy file's pickles.
struct LegacyStorageSource: TorchStorageSource {
  let file: Storage
  var isBigEndian = false
  private var ranges: [String: Range<Int>] = [:]

  init(file: Storage) { self.file = file }

  var fileByteCount: Int { file.byteCount }

  /// Finds each storage of the list in the bytes from `position` on (T18).
  mutating func locate(
    _ keys: [TorchValue], _ described: [String: TorchStorage], from position: Int
  ) throws(Rejection) {
    var walk = PickleSequence(source: self)
    _ = try walk.skip(position, in: file.bytes)
    for key in keys {
      guard let name = key.stringValue, let storage = described[name], ranges[name] == nil,
        let byteCount = storage.byteCount
      else {
        throw Rejection(
          TorchRules.legacyStorages, "the list names \(key.pathComponent), the object does not")
      }
      let count = try walk.integer(width: 8, in: file.bytes)
      guard count == storage.elementCount else {
        throw Rejection(
          TorchRules.legacyStorages,
          "the object says \(storage.elementCount) elements, the storage \(count)",
          at: Place(member: name, offset: walk.position))
      }
      ranges[name] = try walk.skip(byteCount, in: file.bytes)
    }
    guard walk.position == file.byteCount else {
      throw Rejection(
        TorchRules.legacyStorages, "\(file.byteCount - walk.position) bytes follow the storages",
        at: Place(offset: walk.position))
    }
  }

  func bytes(of storage: TorchStorage, audit: inout Audit) throws(Rejection) -> Storage {
    guard let range = ranges[storage.key], let bytes = file.slice(range) else {
      throw Rejection(TorchRules.legacyStorages, "the list lacks storage \(storage.key)")
    }
    return bytes
  }
}
