public import Diagnostics

/// The values of one pickle.
///
/// Free of cycles, nested at most `PickleLimits.nestingDepth` deep, and walked as a tree at most
/// `PickleLimits.expandedNodes` values large, so that recursion over it ends.
public struct PickleGraph: Sendable {
  private let nodes: [PickleNode]
  private let offsets: [UInt32]
  /// The value that the pickle stands for.
  public let root: NodeID
  /// The byte after STOP, from the start of the bytes that were given.
  public let endOffset: Int
  /// The version that PROTO declares; 0 without one.
  public let protocolVersion: Int
  /// Every symbol the pickle imports, in the order of the stream.
  public let imports: [PickleImport]

  init(
    arena: NodeArena, root: NodeID, endOffset: Int, protocolVersion: Int, imports: [PickleImport]
  ) {
    nodes = arena.nodes
    offsets = arena.offsets
    self.root = root
    self.endOffset = endOffset
    self.protocolVersion = protocolVersion
    self.imports = imports
  }

  /// How many values there are, shared ones counted once.
  public var count: Int { nodes.count }

  /// Every value's id, in the order of the stream.
  public var ids: some Sequence<NodeID> { nodes.indices.lazy.map { NodeID($0) } }

  /// A value; `None` for an id of another graph.
  public subscript(id: NodeID) -> PickleNode {
    id.position < nodes.count ? nodes[id.position] : .none
  }

  /// The byte of the instruction that made a value.
  public func offset(of id: NodeID) -> Int {
    id.position < offsets.count ? Int(offsets[id.position]) : 0
  }

  /// Rejects bytes after STOP: P17 if they begin another pickle, P16 otherwise.
  ///
  /// `bytes` are those that were given to `PickleMachine.run`.
  public func requireEnd(of bytes: RawSpan, audit: inout Audit) throws(Rejection) {
    let rest = bytes.byteCount - endOffset
    guard rest > 0 else { return }
    let place = Place(offset: endOffset)
    let tail = PickleMachine.survey(bytes, from: endOffset, policy: { _ in .unknown })
    if tail.imports.isEmpty, !tail.isComplete {
      let message = "\(rest) bytes follow the end of the pickle"
      return try audit.enforce(PickleRules.trailingBytes, message, at: place)
    }
    let names = tail.imports.prefix(3).map(\.symbol.description).joined(separator: ", ")
    try audit.enforce(
      PickleRules.secondPickle,
      "another pickle follows the first" + (names.isEmpty ? "" : " and imports \(names)"),
      at: place)
  }
}

extension PickleGraph {
  /// The text of a string value.
  public func string(_ id: NodeID) -> String? {
    if case .string(let text) = self[id] { text } else { nil }
  }

  /// The number of an integer value; a bool is none.
  public func integer(_ id: NodeID) -> Int64? {
    if case .int(let number) = self[id] { number } else { nil }
  }

  /// The items of a list or tuple.
  public func sequence(_ id: NodeID) -> [NodeID]? {
    switch self[id] {
    case .list(let items), .tuple(let items): items
    default: nil
    }
  }

  /// The entries of a dictionary, or those set on an object such as an OrderedDict.
  public func entries(_ id: NodeID) -> [(key: NodeID, value: NodeID)]? {
    switch self[id] {
    case .dict(let entries): entries
    case .object(let object): object.dictItems
    default: nil
    }
  }

  /// The value under a string key of a dictionary or an object. Linear in the number of entries.
  public func value(_ key: String, in id: NodeID) -> NodeID? {
    entries(id)?.last { string($0.key) == key }?.value
  }
}
