public import Diagnostics
internal import Pickle
internal import TensorCore

/// PyTorch's format from 0.2 to 1.5: five pickles back to back, then the storages.
///
/// The pickles are a magic number, a protocol number, facts about the machine, the object, and the
/// list of the storages' keys. Each storage is its length in elements and its bytes.
public enum LegacyPyTorchFormat: CheckpointFormat {
  /// The id in reports.
  public static let id = "pytorch-legacy"
  /// One line for people.
  public static let title = "PyTorch before 1.6: a sequence of pickles and storages"
  /// The writer that defines the format.
  public static let reference = "PyTorch, torch/serialization.py: _legacy_save"

  /// 119547037146038801333356, little-endian.
  private static let magic: [UInt8] = [0x6C, 0xFC, 0x9C, 0x46, 0xF9, 0x20, 0x6A, 0xA8, 0x50, 0x19]

  /// Whether the first pickle is the magic number, as a literal.
  ///
  /// A number that the pickle computes would be a program: PyTorch runs it before it compares.
  public static func recognizes(_ input: CheckpointInput) -> Bool {
    let bytes = input.storage.bytes
    let head = bytes.extracting(0..<min(bytes.byteCount, 40)).copied()
    guard head.first == 0x80 else { return false }
    let literal: [UInt8] = [0x8A, UInt8(magic.count)] + magic
    return head.indices.contains { head[$0...].starts(with: literal) }
  }

  /// Reads the pickles; the tensors stay where they are in the file.
  public static func open(
    _ input: CheckpointInput, audit: inout Audit
  ) throws(Rejection) -> Checkpoint {
    let value = try object(input.storage, audit: &audit)
    return try TorchObject.checkpoint(
      of: value, format: id, inputByteCount: input.storage.byteCount, audit: &audit)
  }

  private static func object(
    _ storage: Storage, audit: inout Audit
  ) throws(Rejection) -> TorchValue {
    let bytes = storage.bytes
    var source = LegacyStorageSource(file: storage)
    var sequence = PickleSequence(source: source)
    guard case .bigInt = try sequence.next(in: bytes, audit: &audit),
      try sequence.next(in: bytes, audit: &audit).intValue == 1001,
      let facts = try sequence.next(in: bytes, audit: &audit).dictValue
    else {
      throw Rejection(PickleRules.computedMagic, "the header is not that of a PyTorch file")
    }
    let graph = try sequence.nextGraph(in: bytes, audit: &audit)
    guard let keys = try sequence.next(in: bytes, audit: &audit).sequenceValue else {
      throw Rejection(TorchRules.legacyStorages, "the list of storages is none")
    }
    source.isBigEndian = facts["little_endian"]?.intValue == 0
    let described = try TorchObjectBuilder.storages(of: graph, source, audit: &audit)
    try source.locate(keys, described, from: sequence.position)
    return try TorchObjectBuilder.build(graph, storages: source, audit: &audit)
  }
}

/// Pickles that follow one another in a file.
struct PickleSequence {
  /// What tensors refer to.
  let source: any TorchStorageSource
  /// Where the next pickle begins.
  private(set) var position = 0

  init(source: any TorchStorageSource) { self.source = source }

  /// The object of the next pickle.
  mutating func next(in bytes: RawSpan, audit: inout Audit) throws(Rejection) -> TorchValue {
    let graph = try nextGraph(in: bytes, audit: &audit)
    return try TorchObjectBuilder.build(graph, storages: source, audit: &audit)
  }

  /// The graph of the next pickle.
  mutating func nextGraph(in bytes: RawSpan, audit: inout Audit) throws(Rejection) -> PickleGraph {
    let graph = try PickleMachine.run(
      bytes, from: position, policy: TorchObjectBuilder.policy, audit: &audit)
    position = graph.endOffset
    return graph
  }

  /// Reads a little-endian integer of `width` bytes between two pickles.
  mutating func integer(width: Int, in bytes: RawSpan) throws(Rejection) -> Int {
    guard bytes.byteCount - position >= width else {
      throw Rejection(
        TorchRules.legacyStorages, "the file ends inside a storage", at: Place(offset: position))
    }
    var value: UInt64 = 0
    for byte in bytes.extracting(position..<(position + width)).copied().reversed() {
      value = value << 8 | UInt64(byte)
    }
    position += width
    guard let number = Int(exactly: Int64(bitPattern: value)), number >= 0 else {
      throw Rejection(
        TorchRules.legacyStorages, "a length is negative", at: Place(offset: position))
    }
    return number
  }

  /// Passes over `count` bytes and gives their range.
  mutating func skip(_ count: Int, in bytes: RawSpan) throws(Rejection) -> Range<Int> {
    guard count <= bytes.byteCount - position else {
      throw Rejection(
        TorchRules.legacyStorages, "the file ends inside a storage", at: Place(offset: position))
    }
    defer { position += count }
    return position..<(position + count)
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
