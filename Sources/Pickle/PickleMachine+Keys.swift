public import Diagnostics

/// A dictionary's key as Python compares it: 1, 1.0 and True are the same key.
private indirect enum KeyIdentity: Hashable {
  case none
  case int(Int64)
  case bigInt([UInt8])
  case float(Double)
  case string(String)
  case bytes([UInt8])
  case tuple([KeyIdentity])
  case node(NodeID)
}

extension PickleMachine {
  /// Refuses keys that cannot be hashed (P29) and, unless relaxed, keys that occur twice (P30).
  mutating func checkKeys() throws(Rejection) {
    for id in nodes.indices {
      switch nodes[id] {
      case .dict(let entries):
        if let kept = try distinct(entries) { nodes[id] = .dict(kept) }
      case .object(var object):
        if let kept = try distinct(object.dictItems) {
          object.dictItems = kept
          nodes[id] = .object(object)
        }
      case .set(let items), .frozenset(let items):
        for item in items { _ = try identity(item, depth: 0) }
      default: break
      }
    }
  }

  /// The entries with only the last of each key; nil if none occurs twice.
  private mutating func distinct(
    _ entries: [(key: NodeID, value: NodeID)]
  ) throws(Rejection) -> [(key: NodeID, value: NodeID)]? {
    var positions: [KeyIdentity: Int] = [:]
    positions.reserveCapacity(entries.count)
    var kept: [(key: NodeID, value: NodeID)] = []
    for entry in entries {
      let key = try identity(entry.key, depth: 0)
      if let earlier = positions[key] {
        try audit.enforce(
          PickleRules.duplicateKey, "the key \(describe(entry.key)) occurs twice")
        kept[earlier].value = entry.value
      } else {
        positions[key] = kept.count
        kept.append(entry)
      }
    }
    return kept.count == entries.count ? nil : kept
  }

  private func identity(_ id: NodeID, depth: Int) throws(Rejection) -> KeyIdentity {
    guard depth < 32 else { throw Rejection(PickleRules.limits, "a key nested too deeply") }
    switch nodes[id] {
    case .none: return .none
    case .bool(let value): return .int(value ? 1 : 0)
    case .int(let value): return .int(value)
    case .bigInt(let bytes): return .bigInt(bytes)
    case .float(let value):
      return Int64(exactly: value).map(KeyIdentity.int) ?? .float(value)
    case .string(let text): return .string(text)
    case .bytes(let bytes): return .bytes(bytes)
    case .tuple(let items):
      return .tuple(
        try items.map { item throws(Rejection) in try identity(item, depth: depth + 1) })
    case .frozenset, .symbol, .persistent, .object: return .node(id)
    case .list, .dict, .set, .bytearray:
      throw Rejection(PickleRules.unhashableKey, "a key is a list, dictionary or set")
    }
  }

  private func describe(_ id: NodeID) -> String {
    switch nodes[id] {
    case .string(let text): text.debugDescription
    case .int(let value): String(value)
    default: "of another type"
    }
  }
}

extension PickleGraph {
  /// Enforces that nothing follows the pickle in `bytes`: P17 for a second one, P16 otherwise.
  public func requireEnd(of bytes: RawSpan, audit: inout Audit) throws(Rejection) {
    let left = bytes.byteCount - endOffset
    guard left > 0 else { return }
    let next = unsafe bytes.unsafeLoad(fromByteOffset: endOffset, as: UInt8.self)
    try audit.enforce(
      next == Opcode.proto.rawValue ? PickleRules.secondPickle : PickleRules.trailingBytes,
      "\(left) bytes follow STOP", at: Place(offset: endOffset))
  }
}
