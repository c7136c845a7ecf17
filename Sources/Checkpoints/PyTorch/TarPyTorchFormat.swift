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
    input.has(Array("ustar".utf8), at: 257)
  }

  /// Reads the members; the tensors stay where they are in the file.
  public static func open(
    _ input: CheckpointInput, audit: inout Audit
  ) throws(Rejection) -> Checkpoint {
    let archive = try TarArchive(parsing: input.storage.bytes, audit: &audit)
    let members = TarMembers(archive: archive, storage: input.storage)
    var source = TarStorageSource(fileByteCount: input.storage.byteCount)
    try locating(Place(member: "storages")) { () throws(Rejection) in
      try source.readStorages(try members.bytes("storages"), audit: &audit)
    }
    try locating(Place(member: "tensors")) { () throws(Rejection) in
      try source.readTensors(try members.bytes("tensors"), audit: &audit)
    }
    let pickle = try members.bytes("pickle")
    let value = try locating(Place(member: "pickle")) { () throws(Rejection) in
      try TorchObject.value(ofPickle: pickle.bytes, storages: source, audit: &audit)
    }
    return try TorchObject.checkpoint(
      of: value, format: id, inputByteCount: input.storage.byteCount, audit: &audit)
  }
}

/// The members of a tar by name.
private struct TarMembers {
  let archive: TarArchive
  let storage: Storage

  /// The bytes of a member, which must be there.
  func bytes(_ name: String) throws(Rejection) -> Storage {
    let entry = archive[name] ?? archive["./" + name]
    let bytes = entry.flatMap { storage.slice($0.dataRange) }
    if let bytes { return bytes }
    throw Rejection(ArchiveRules.missingRecords, "the tar has no member \(name)")
  }
}

/// The storages and tensors of a tar, by their keys.
struct TarStorageSource: TorchStorageSource {
  let fileByteCount: Int
  let isBigEndian = false
  /// A storage and where its bytes are.
  private struct Known {
    let storage: TorchStorage
    let bytes: Storage
  }

  private var storages: [String: Known] = [:]
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
    var sequence = PickleSequence(source: self)
    let count = try Self.count(&sequence, member.bytes, audit: &audit)
    for _ in 0..<count { try readStorage(&sequence, member, audit: &audit) }
    let views = try sequence.next(in: member.bytes, audit: &audit)
    for view in views.sequenceValue ?? [] { try addView(view) }
  }

  private static func count(
    _ sequence: inout PickleSequence, _ bytes: RawSpan, audit: inout Audit
  ) throws(Rejection) -> Int {
    let value = try sequence.next(in: bytes, audit: &audit)
    guard let count = value.intValue, count >= 0 else {
      throw Rejection(TorchRules.legacyStorages, "the member does not begin with a count")
    }
    return count
  }

  /// The three values of the tuple that describes a storage or tensor.
  private static func description(
    _ sequence: inout PickleSequence, _ bytes: RawSpan, audit: inout Audit
  ) throws(Rejection) -> [TorchValue] {
    let value = try sequence.next(in: bytes, audit: &audit)
    guard let parts = value.sequenceValue, parts.count == 3 else {
      throw Rejection(TorchRules.legacyStorages, "a storage or tensor lacks its description")
    }
    return parts
  }

  private mutating func readStorage(
    _ sequence: inout PickleSequence, _ member: Storage, audit: inout Audit
  ) throws(Rejection) {
    let parts = try Self.description(&sequence, member.bytes, audit: &audit)
    let length = try sequence.integer(width: 8, in: member.bytes)
    let identifier = TorchValue.tuple([
      .string("storage"), parts[2], .string(parts[0].pathComponent), parts[1],
      .int(Int64(length)),
    ])
    let storage = try TorchStorage(persistentID: identifier)
    guard let byteCount = storage.byteCount else {
      throw Rejection(TorchRules.sizeOverflow, "a storage of \(length) elements")
    }
    try add(storage, member, sequence.skip(byteCount, in: member.bytes))
  }

  private mutating func add(
    _ storage: TorchStorage, _ member: Storage, _ range: Range<Int>
  ) throws(Rejection) {
    guard let bytes = member.slice(range) else {
      throw Rejection(TorchRules.legacyStorages, "storage \(storage.key) is cut off")
    }
    storages[storage.key] = Known(storage: storage, bytes: bytes)
  }

  /// `(key, root key, offset, length)`: a window of one of the storages above.
  private mutating func addView(_ view: TorchValue) throws(Rejection) {
    guard let parts = view.sequenceValue, parts.count == 4,
      let root = storages[parts[1].pathComponent], let offset = parts[2].intValue,
      let count = parts[3].intValue, offset >= 0, count >= 0,
      offset <= root.storage.elementCount, count <= root.storage.elementCount - offset
    else { throw Rejection(TorchRules.legacyStorages, "a view lies outside its storage") }
    let width = root.storage.elementType.unitByteCount
    let storage = TorchStorage(
      key: parts[0].pathComponent, elementType: root.storage.elementType,
      isUntyped: false, elementCount: count)
    try add(storage, root.bytes, (offset * width)..<((offset + count) * width))
  }

  /// A count; per tensor a pickle `(key, storage key, class)`, its rank, sizes, strides, offset.
  mutating func readTensors(_ member: Storage, audit: inout Audit) throws(Rejection) {
    var sequence = PickleSequence(source: self)
    var builder = TorchTensorBuilder(source: self)
    let count = try Self.count(&sequence, member.bytes, audit: &audit)
    for _ in 0..<count {
      let parts = try Self.description(&sequence, member.bytes, audit: &audit)
      guard let root = storages[parts[1].pathComponent] else {
        throw Rejection(TorchRules.legacyStorages, "a tensor without a storage")
      }
      let view = try Self.view(of: root.storage, &sequence, member.bytes)
      let tensor = try builder.tensor(view, root.storage.elementType, [], audit: &audit)
      tensors[parts[0].pathComponent] = .tensor(tensor)
    }
  }

  private static func view(
    of storage: TorchStorage, _ sequence: inout PickleSequence, _ bytes: RawSpan
  ) throws(Rejection) -> TorchTensorBuilder.View {
    let rank = try sequence.integer(width: 4, in: bytes)
    guard rank <= 64 else { throw Rejection(TorchRules.rank, "rank \(rank)") }
    // Four bytes of padding that the writer left unused.
    _ = try sequence.skip(4, in: bytes)
    let size = try sequence.integers(rank, in: bytes)
    let stride = try sequence.integers(rank, in: bytes)
    return TorchTensorBuilder.View(
      storage: storage, offset: try sequence.integer(width: 8, in: bytes), size: size,
      stride: stride)
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
