internal import Diagnostics

extension PickleMachine {
  mutating func symbolic(_ opcode: Opcode, at offset: Int) throws(Rejection) {
    switch opcode {
    case .global:
      let module = try reader.line()
      try name(Self.text(module, offset), Self.text(reader.line(), offset), at: offset)
    case .stackGlobal: try stackGlobal(at: offset)
    case .reduce: try reduce(at: offset)
    case .build: try build(at: offset)
    case .newObject: try instantiate(keywords: nil, at: offset)
    case .newObjectEx: try instantiate(keywords: pop(), at: offset)
    default: push(.persistent(try pop()))
    }
  }

  private static func text(_ bytes: [UInt8], _ offset: Int) throws(Rejection) -> String {
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw Rejection(
        PickleRules.symbolName, "a name that is no UTF-8", at: Place(offset: offset))
    }
    return text
  }

  private mutating func stackGlobal(at offset: Int) throws(Rejection) {
    guard case .string(let symbol) = nodes[try pop()], case .string(let module) = nodes[try pop()]
    else {
      throw Rejection(
        PickleRules.computedSymbol, "the names are no strings", at: Place(offset: offset))
    }
    try name(module, symbol, at: offset)
  }

  /// Pushes a symbol, unless its name misleads or nothing harmless goes by it.
  private mutating func name(
    _ module: String, _ symbol: String, at offset: Int
  ) throws(Rejection) {
    let symbol = Symbol(module: module, name: symbol)
    guard module.isDottedIdentifier, symbol.name.isIdentifier else {
      throw Rejection(
        PickleRules.symbolName, symbol.description.debugDescription, at: Place(offset: offset))
    }
    let verdict = policy(symbol)
    let isNotorious = verdict == .unknown && NotoriousSymbols.contains(symbol)
    importByNode[nodes.count] = imports.count
    imports.append(
      PickleImport(symbol: symbol, verdict: verdict, isNotorious: isNotorious, offset: offset))
    if isNotorious, mode == .strict {
      throw Rejection(
        PickleRules.dangerousImport, "the pickle imports \(symbol)", at: Place(offset: offset))
    }
    push(.symbol(symbol))
  }

  private mutating func reduce(at offset: Int) throws(Rejection) {
    let arguments = try pop()
    let callable = try pop()
    guard case .symbol(let symbol) = nodes[callable], let index = importByNode[callable],
      case .tuple(let items) = nodes[arguments]
    else {
      throw Rejection(
        PickleRules.malformedCall, "what is called is no symbol, or its arguments are no tuple",
        at: Place(offset: offset))
    }
    imports[index].isCalled = true
    guard imports[index].verdict == .callable || mode == .survey else {
      throw Rejection(
        PickleRules.unknownCall, "the pickle calls \(symbol)", at: Place(offset: offset))
    }
    // Python 2's way to make an instance: _reconstructor(class, object, None).
    if Self.reconstructors.contains(symbol.description), let first = items.first {
      return try addInstance(of: first, arguments: arguments, keywords: nil, at: offset)
    }
    push(
      .object(
        PickledObject(
          symbol: symbol, arguments: arguments, keywordArguments: nil, isInstance: false,
          state: nil)))
  }

  private static let reconstructors = ["copyreg._reconstructor", "copy_reg._reconstructor"]

  private mutating func instantiate(keywords: NodeID?, at offset: Int) throws(Rejection) {
    let arguments = try pop()
    try addInstance(of: pop(), arguments: arguments, keywords: keywords, at: offset)
  }

  private mutating func addInstance(
    of classNode: NodeID, arguments: NodeID, keywords: NodeID?, at offset: Int
  ) throws(Rejection) {
    let classNode = moduleClass(of: classNode)
    guard case .symbol(let symbol) = nodes[classNode], let index = importByNode[classNode],
      case .tuple = nodes[arguments]
    else {
      throw Rejection(
        PickleRules.malformedCall, "what is instantiated is no class", at: Place(offset: offset))
    }
    imports[index].isInstantiated = true
    switch imports[index].verdict {
    case .callable, .instance: break
    case .constant, .unknown: unknownInstances.append((nodes.count, offset))
    }
    push(
      .object(
        PickledObject(
          symbol: symbol, arguments: arguments, keywordArguments: keywords, isInstance: true,
          state: nil)))
  }

  /// Files from before PyTorch 1.6 wrap a module's class into `("module", class, file, source)`.
  private func moduleClass(of id: NodeID) -> NodeID {
    guard case .persistent(let tuple) = nodes[id], case .tuple(let parts) = nodes[tuple],
      parts.count > 1, case .string("module") = nodes[parts[0]]
    else { return id }
    return parts[1]
  }

  private mutating func build(at offset: Int) throws(Rejection) {
    let state = try pop()
    let id = try top()
    guard case .object(var object) = nodes[id] else {
      throw Rejection(
        PickleRules.buildOnPlainValue, "BUILD on a plain value", at: Place(offset: offset))
    }
    switch nodes[state] {
    case .dict, .tuple, .none, .object: break
    default:
      throw Rejection(
        PickleRules.malformedState, "the state of \(object.symbol)", at: Place(offset: offset))
    }
    nodes[id] = .none
    object.state = state
    nodes[id] = .object(object)
  }

  /// Decides at the end about what only its use could tell: unknown classes are admitted when
  /// their state is that of a module, and names that nothing called are refused (P02, P06).
  mutating func judgeImports() throws(Rejection) {
    guard mode == .strict else { return }
    for (id, offset) in unknownInstances where !isModule(nodes[id]) {
      guard case .object(let object) = nodes[id] else { continue }
      try audit.enforce(
        PickleRules.unknownClass, "an instance of \(object.symbol)", at: Place(offset: offset))
    }
    for item in imports where item.verdict == .unknown && !item.isInstantiated {
      try audit.enforce(
        PickleRules.unknownImport, "the pickle refers to \(item.symbol)",
        at: Place(offset: item.offset))
    }
  }

  /// Whether an object's state has what every `torch.nn.Module`'s has.
  private func isModule(_ node: PickleNode) -> Bool {
    guard case .object(let object) = node, let id = object.state,
      case .dict(let attributes) = nodes[id]
    else { return false }
    var wanted: Set<String> = ["_parameters", "_buffers", "_modules"]
    for (key, _) in attributes {
      if case .string(let name) = nodes[key] { wanted.remove(name) }
    }
    return wanted.isEmpty
  }
}

extension String {
  /// Whether Python would take it for a name, in ASCII only: look-alikes are refused.
  fileprivate var isIdentifier: Bool {
    guard let first = utf8.first, first.isLetterOrUnderscore else { return false }
    return utf8.dropFirst().allSatisfy { $0.isLetterOrUnderscore || (0x30...0x39).contains($0) }
  }

  fileprivate var isDottedIdentifier: Bool {
    split(separator: ".", omittingEmptySubsequences: false).allSatisfy { String($0).isIdentifier }
  }
}

extension UInt8 {
  fileprivate var isLetterOrUnderscore: Bool {
    (0x41...0x5A).contains(self) || (0x61...0x7A).contains(self) || self == 0x5F
  }
}
