internal import Diagnostics
internal import Pickle
internal import TensorCore

/// Pickles that follow one another in a file.
struct PickleSequence {
  /// What tensors refer to.
  let source: any TorchStorageSource
  /// What they may name.
  let policy: (Symbol) -> SymbolVerdict
  /// Where the next pickle begins.
  private(set) var position = 0

  init(
    source: any TorchStorageSource,
    policy: @escaping (Symbol) -> SymbolVerdict = TorchObjectBuilder.policy
  ) {
    self.source = source
    self.policy = policy
  }

  /// The object of the next pickle.
  mutating func next(in bytes: RawSpan, audit: inout Audit) throws(Rejection) -> TorchValue {
    let graph = try nextGraph(in: bytes, audit: &audit)
    return try TorchObjectBuilder.build(graph, storages: source, audit: &audit)
  }

  /// The graph of the next pickle.
  mutating func nextGraph(in bytes: RawSpan, audit: inout Audit) throws(Rejection) -> PickleGraph {
    let graph = try PickleMachine.run(
      bytes, from: position, policy: policy, audit: &audit)
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
