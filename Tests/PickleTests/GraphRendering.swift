import Pickle

extension PickleGraph {
  /// The rendering that `Fixtures/generate/pickles.py` writes beside each accepted pickle.
  func rendered(_ id: NodeID? = nil) -> String {
    let id = id ?? root
    return switch self[id] {
    case .none: "None"
    case .bool(let flag): flag ? "True" : "False"
    case .int(let number): "\(number)"
    case .bigInt(let digits): "big \(hex(digits))"
    case .float(let number): "float \(hex(bigEndian(number)))"
    case .string(let text): "str \(hex(Array(text.utf8)))"
    case .bytes(let bytes): "bytes \(hex(bytes))"
    case .bytearray(let bytes): "bytearray \(hex(bytes))"
    case .list(let items): "[\(list(items))]"
    case .tuple(let items): "(\(list(items)))"
    case .dict(let entries): pairs(entries)
    case .set(let items): "set{\(list(items))}"
    case .frozenset(let items): "frozenset{\(list(items))}"
    case .symbol(let symbol): "<\(symbol)>"
    case .persistent(let id): "persistent\(rendered(id))"
    case .object(let object): rendered(object)
    }
  }

  private func rendered(_ object: PickledObject) -> String {
    "<\(object.symbol)>" + (object.isInstance ? "new" : "") + rendered(object.arguments)
      + (object.dictItems.isEmpty ? "" : pairs(object.dictItems))
      + (object.state.map { "|" + rendered($0) } ?? "")
  }

  private func list(_ items: [NodeID]) -> String {
    items.map { rendered($0) }.joined(separator: ",")
  }

  private func pairs(_ entries: [(key: NodeID, value: NodeID)]) -> String {
    "{" + entries.map { "\(rendered($0.key)):\(rendered($0.value))" }.joined(separator: ",") + "}"
  }
}

private func hex(_ bytes: [UInt8]) -> String {
  bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
}

private func bigEndian(_ number: Double) -> [UInt8] {
  withUnsafeBytes(of: number.bitPattern.bigEndian, Array.init)
}
