internal import Archives
public import Diagnostics
internal import Pickle
internal import TensorCore

/// PyTorch's first format: a tar of four members.
///
/// `storages` and `tensors` hold small pickles with raw numbers between them; `pickle` is the
/// object, whose persistent ids name tensors and storages by their keys.
public enum TarPyTorchFormat: CheckpointFormat {
  /// The id in reports.
  public static let id = "pytorch-tar"
  /// One line for people.
  public static let title = "PyTorch 0.1: a tar of storages, tensors and a pickle"
  /// The reader that defines the format.
  public static let reference = "PyTorch, torch/serialization.py: legacy_load"

  /// Whether the bytes are a tar with a member called `pickle` or `storages`.
  public static func recognizes(_ input: CheckpointInput) -> Bool {
    let bytes = input.storage.bytes
    guard bytes.byteCount >= 512 else { return false }
    return bytes.extracting(257..<262).copied() == Array("ustar".utf8)
  }

  /// Reads the members; the tensors stay where they are in the file.
  public static func open(
    _ input: CheckpointInput, audit: inout Audit
  ) throws(Rejection) -> Checkpoint {
    let archive = try TarArchive(parsing: input.storage.bytes, audit: &audit)
    func member(_ name: String) throws(Rejection) -> Storage {
      guard let entry = archive[name] ?? archive["./" + name],
        let bytes = input.storage.slice(entry.dataRange)
      else { throw Rejection(ArchiveRules.missingRecords, "the tar has no member \(name)") }
      return bytes
    }
    var source = TarStorageSource(fileByteCount: input.storage.byteCount)
    try locating(Place(member: "storages")) { () throws(Rejection) in
      try source.readStorages(try member("storages"), audit: &audit)
    }
    try locating(Place(member: "tensors")) { () throws(Rejection) in
      try source.readTensors(try member("tensors"), audit: &audit)
    }
    let value = try locating(Place(member: "pickle")) { () throws(Rejection) in
      try TorchObject.value(
        ofPickle: try member("pickle").bytes, storages: source, audit: &audit)
    }
    return try TorchObject.checkpoint(of: value, format: id, audit: &audit)
  }
}

/// The storages and tensors of a tar, by their keys.
struct TarStorageSource: TorchStorageSource {
  let fileByteCount: Int
  let isBigEndian = false
  private var storages: [String: (storage: TorchStorage, bytes: Storage)] = [:]
  private var tensors: [String: TorchValue] = [:]

  init(fileByteCount: Int) { self.fileByteCount = fileByteCount }

  func bytes(of storage: TorchStorage, audit: inout Audit) throws(Rejection) -> Storage {
    guard let known = storages[storage.key] else {
      throw Rejection(TorchRules.missingStorage, "storage \(storage.key)")
    }
    return known.bytes
  }

  /// The object refers to tensors and storages by key alone.
  func value(persistentID: TorchValue) throws(Rejection) -> TorchValue {
    let key = persistentID.pathComponent
    if let tensor = tensors[key] { return tensor }
    if let known = storages[key] { return .storage(known.storage) }
    throw Rejection(TorchRules.missingStorage, "the object refers to \(key)")
  }

  /// A count; per storage a pickle `(key, location, class)`, its length and bytes; then views.
  mutating func readStorages(_ member: Storage, audit: inout Audit) throws(Rejection) {
    let bytes = member.bytes
    var sequence = PickleSequence(source: self)
    let count = try sequence.next(in: bytes, audit: &audit).intValue ?? -1
    guard count >= 0 else { throw Rejection(TorchRules.legacyStorages, "no number of storages") }
    for _ in 0..<count {
      let description = try sequence.next(in: bytes, audit: &audit).sequenceValue ?? []
      guard description.count == 3 else {
        throw Rejection(TorchRules.legacyStorages, "a storage lacks its description")
      }
      let length = try sequence.integer(width: 8, in: bytes)
      let storage = try TorchStorage(
        persistentID: .tuple([
          .string("storage"), description[2], .string(description[0].pathComponent),
          description[1], .int(Int64(length)),
        ]))
      guard let byteCount = storage.byteCount else {
        throw Rejection(TorchRules.sizeOverflow, "a storage of \(length) elements")
      }
      let range = try sequence.skip(byteCount, in: bytes)
      storages[storage.key] = (storage, member.slice(range) ?? Storage([]))
    }
    try readViews(&sequence, bytes, audit: &audit)
  }

  /// A list of `(key, root key, offset, length)`: windows of the storages above.
  private mutating func readViews(
    _ sequence: inout PickleSequence, _ bytes: RawSpan, audit: inout Audit
  ) throws(Rejection) {
    for view in try sequence.next(in: bytes, audit: &audit).sequenceValue ?? [] {
      guard let parts = view.sequenceValue, parts.count == 4,
        let root = storages[parts[1].pathComponent], let offset = parts[2].intValue,
        let count = parts[3].intValue, offset >= 0, count >= 0,
        offset <= root.storage.elementCount, count <= root.storage.elementCount - offset
      else { throw Rejection(TorchRules.legacyStorages, "a view lies outside its storage") }
      let width = root.storage.elementType.unitByteCount
      let storage = TorchStorage(
        key: parts[0].pathComponent, elementType: root.storage.elementType,
        isUntyped: false, elementCount: count)
      let window = root.bytes.slice((offset * width)..<((offset + count) * width))
      storages[storage.key] = (storage, window ?? Storage([]))
    }
  }

  /// A count; per tensor a pickle `(key, storage key, class)`, its rank, sizes, strides, offset.
  mutating func readTensors(_ member: Storage, audit: inout Audit) throws(Rejection) {
    let bytes = member.bytes
    var sequence = PickleSequence(source: self)
    var builder = TorchTensorBuilder(source: self)
    let count = try sequence.next(in: bytes, audit: &audit).intValue ?? -1
    guard count >= 0 else { throw Rejection(TorchRules.legacyStorages, "no number of tensors") }
    for _ in 0..<count {
      let description = try sequence.next(in: bytes, audit: &audit).sequenceValue ?? []
      guard description.count == 3, let root = storages[description[1].pathComponent] else {
        throw Rejection(TorchRules.legacyStorages, "a tensor without a storage")
      }
      let rank = try sequence.integer(width: 4, in: bytes)
      guard rank <= 64 else { throw Rejection(TorchRules.rank, "rank \(rank)") }
      // Four bytes of padding that the writer left unused.
      _ = try sequence.skip(4, in: bytes)
      let size = try sequence.integers(rank, in: bytes)
      let stride = try sequence.integers(rank, in: bytes)
      let offset = try sequence.integer(width: 8, in: bytes)
      let view = TorchTensorBuilder.View(
        storage: root.storage, offset: offset, size: size, stride: stride)
      let tensor = try builder.tensor(view, root.storage.elementType, [], audit: &audit)
      tensors[description[0].pathComponent] = .tensor(tensor)
    }
  }
}

extension PickleSequence {
  /// Reads `count` little-endian integers of 8 bytes.
  fileprivate mutating func integers(
    _ count: Int, in bytes: RawSpan
  ) throws(Rejection) -> [Int] {
    var numbers: [Int] = []
    for _ in 0..<count { numbers.append(try integer(width: 8, in: bytes)) }
    return numbers
  }
}
