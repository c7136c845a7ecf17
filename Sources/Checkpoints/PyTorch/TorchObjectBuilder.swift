internal import Diagnostics
internal import Pickle
internal import TensorCore

/// Turns the graph of a pickle into values: containers, leaves and tensors over their storages.
///
/// Shared nodes are built once and shared again, so a file cannot make the result larger than
/// itself. Cycles were refused by the machine.
struct TorchObjectBuilder {
  let graph: PickleGraph
  /// By the positions of the nodes.
  private var built: [TorchValue?]
  private let constructors = TorchConstructors.byName
  /// Tensors and the storages they look into.
  var tensors: TorchTensorBuilder
  /// What the caller tolerates and what was noticed.
  var audit: Audit
  /// What is in the pickle and not in the value.
  var leftOut = LeftOut()

  private init(_ graph: PickleGraph, _ source: any TorchStorageSource, _ audit: Audit) {
    self.graph = graph
    self.audit = audit
    built = Array(repeating: nil, count: graph.count)
    tensors = TorchTensorBuilder(source: source)
  }

  /// The value at the root of `graph`: a storage by itself is a tensor.
  static func build(
    _ graph: PickleGraph, storages source: any TorchStorageSource, audit: inout Audit
  ) throws(Rejection) -> TorchValue {
    var builder = TorchObjectBuilder(graph, source, audit)
    defer { audit = builder.audit }
    let value = try builder.part(graph.root)
    builder.leftOut.report(to: &builder.audit)
    return value
  }

  /// The storage that `graph` is nothing but; nil where it is anything else.
  static func storage(
    of graph: PickleGraph, _ source: any TorchStorageSource, audit: inout Audit
  ) throws(Rejection) -> TorchStorage? {
    var builder = TorchObjectBuilder(graph, source, audit)
    defer { audit = builder.audit }
    guard case .storage(let storage) = try builder.value(graph.root) else { return nil }
    return storage
  }

  /// The storages that `graph` refers to, by their keys, before their bytes are known.
  static func storages(
    of graph: PickleGraph, _ source: any TorchStorageSource, audit: inout Audit
  ) throws(Rejection) -> [String: TorchStorage] {
    var builder = TorchObjectBuilder(graph, source, audit)
    var storages: [String: TorchStorage] = [:]
    for id in graph.ids {
      guard case .persistent = graph[id], case .storage(let storage) = try builder.value(id) else {
        continue
      }
      storages[storage.key] = storage
    }
    return storages
  }

  /// What the machine admits: exactly what this builder gives a meaning to.
  static func policy(_ symbol: Symbol) -> SymbolVerdict {
    if TorchSymbols.unwrappers.contains(symbol.description) { return .unwrapper }
    if TorchConstructors.byName[symbol.description] != nil { return .callable }
    if TorchSymbols.isInstance(symbol) { return .instance }
    return TorchSymbols.isConstant(symbol) ? .constant : .unknown
  }

  mutating func value(_ id: NodeID) throws(Rejection) -> TorchValue {
    if let known = built[id.position] { return known }
    let value = try make(graph[id])
    built[id.position] = value
    return value
  }

  /// The value of a part of a container: a storage that is kept there for itself is a tensor.
  private mutating func part(_ id: NodeID) throws(Rejection) -> TorchValue {
    let value = try value(id)
    guard case .storage(let storage) = value else { return value }
    return .tensor(try tensors.tensor(lookingAtAllOf: storage, audit: &audit))
  }

  private mutating func make(_ node: PickleNode) throws(Rejection) -> TorchValue {
    switch node {
    case .none: .none
    case .bool(let value): .bool(value)
    case .int(let value): .int(value)
    case .bigInt(let bytes): .bigInt(decimal(bytes))
    case .float(let value): .float(value)
    case .string(let text): .string(text)
    case .bytes(let bytes), .bytearray(let bytes): .bytes(bytes)
    case .list(let items), .set(let items), .frozenset(let items): .list(try values(items))
    case .tuple(let items): .tuple(try values(items))
    case .dict(let entries): .dict(TorchDict(entries: try pairs(entries)))
    case .symbol(let symbol): .symbol(symbol.description)
    case .persistent(let id): try tensors.source.value(persistentID: value(id))
    case .object(let object): try self.object(object)
    }
  }

  mutating func values(_ ids: [NodeID]) throws(Rejection) -> [TorchValue] {
    var values: [TorchValue] = []
    values.reserveCapacity(ids.count)
    for id in ids { values.append(try part(id)) }
    return values
  }

  /// The arguments of a call, among which storages stay storages. Some callables hand a tuple of
  /// arguments on.
  private mutating func arguments(
    _ id: NodeID, of name: String
  ) throws(Rejection) -> [TorchValue] {
    guard case .tuple(let ids) = graph[id] else { return [] }
    let handsOn = TorchSymbols.unwrappers.contains(name)
    var values: [TorchValue] = []
    values.reserveCapacity(ids.count)
    for id in ids {
      if handsOn, case .tuple(let inner) = graph[id] {
        values.append(.tuple(try inner.map { id throws(Rejection) in try value(id) }))
      } else {
        values.append(try value(id))
      }
    }
    return values
  }

  mutating func pairs(
    _ entries: [(key: NodeID, value: NodeID)]
  ) throws(Rejection) -> [(key: TorchValue, value: TorchValue)] {
    var pairs: [(key: TorchValue, value: TorchValue)] = []
    pairs.reserveCapacity(entries.count)
    for entry in entries { pairs.append((try value(entry.key), try part(entry.value))) }
    return pairs
  }

  private mutating func object(_ object: PickledObject) throws(Rejection) -> TorchValue {
    let state: TorchValue? = if let id = object.state { try value(id) } else { nil }
    let name = object.symbol.description
    guard constructors[name] != nil else { return try unlisted(object, name, state) }
    let call = TorchCall(
      name: name, arguments: try arguments(object.arguments, of: name), state: state,
      listItems: try values(object.listItems), dictItems: try pairs(object.dictItems))
    return try interpret(call)
  }

  /// The value that a call stands for.
  mutating func interpret(_ call: TorchCall) throws(Rejection) -> TorchValue {
    guard let constructor = constructors[call.name] else {
      return .opaque(call.name)
    }
    return try constructor(&self, call)
  }

  /// The decimal text of a little-endian two's complement number, or its size when that is absurd.
  private func decimal(_ bytes: [UInt8]) -> String {
    guard bytes.count <= 1024 else { return "an integer of \(bytes.count) bytes" }
    let isNegative = bytes.last.map { $0 >= 0x80 } ?? false
    var magnitude = isNegative ? bytes.map { ~$0 } : bytes
    if isNegative { addOne(to: &magnitude) }
    var digits: [UInt8] = []
    while magnitude.contains(where: { $0 != 0 }) {
      var remainder = 0
      for index in magnitude.indices.reversed() {
        let part = remainder << 8 | Int(magnitude[index])
        magnitude[index] = UInt8(part / 10)
        remainder = part % 10
      }
      digits.append(UInt8(48 + remainder))
    }
    return (isNegative ? "-" : "") + String(decoding: digits.reversed(), as: UTF8.self)
  }

  private func addOne(to bytes: inout [UInt8]) {
    for index in bytes.indices {
      bytes[index] &+= 1
      if bytes[index] != 0 { return }
    }
  }
}
