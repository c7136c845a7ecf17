extension NodeArena {
  /// The byte strings that calls of `loaders` are given, each once.
  func byteStrings(for loaders: Set<Symbol>) -> [[UInt8]] {
    guard !loaders.isEmpty else { return [] }
    var found: [[UInt8]] = []
    var seen: Set<NodeID> = []
    for case .object(let call) in nodes where loaders.contains(call.symbol) {
      guard case .tuple(let arguments) = self[call.arguments] else { continue }
      for id in arguments where seen.insert(id).inserted {
        if let bytes = bytes(of: id) { found.append(bytes) }
      }
    }
    return found
  }

  /// The bytes of a value; protocol 2 writes them as a call of `_codecs.encode`.
  private func bytes(of id: NodeID) -> [UInt8]? {
    switch self[id] {
    case .bytes(let bytes), .bytearray(let bytes): return bytes
    case .object(let call) where call.symbol == Symbol(module: "_codecs", name: "encode"):
      guard case .tuple(let arguments) = self[call.arguments], let first = arguments.first,
        case .string(let text) = self[first]
      else { return nil }
      return text.unicodeScalars.map { UInt8(truncatingIfNeeded: $0.value) }
    default: return nil
    }
  }
}
