import Diagnostics

// MARK: Imports

extension PickleEngine {
  mutating func importSymbol(
    _ opcode: Opcode, policy: (Symbol) -> SymbolVerdict
  ) throws(Rejection) {
    switch opcode {
    case .global: try define(try lineSymbol(), policy: policy)
    case .stackGlobal: try define(try stackSymbol(), policy: policy)
    case .inst:
      try define(try lineSymbol(), policy: policy)
      let callee = try pop()
      try breach(PickleRules.legacyInstance, "INST calls \(arena[callee].kind)")
      try pushCall(of: callee, arguments: try popToMark())
    default:
      let code =
        switch opcode {
        case .ext1: UInt32(try cursor.integer(UInt8.self))
        case .ext2: UInt32(try cursor.integer(UInt16.self))
        default: try cursor.integer(UInt32.self)
        }
      try breach(PickleRules.extensionRegistry, "\(opcode.name) names the extension \(code)")
      try define(Symbol(module: "copyreg.extension", name: "\(code)"), policy: { _ in .unknown })
    }
  }

  private mutating func lineSymbol() throws(Rejection) -> Symbol {
    let module = try cursor.line()
    let name = try cursor.line()
    try checkLength(module.count + name.count)
    return Symbol(module: cursor.repairedText(module), name: cursor.repairedText(name))
  }

  // A long name that is recalled often would be hashed and compared each time.
  private func checkLength(_ count: Int) throws(Rejection) {
    guard count > limits.symbolBytes else { return }
    throw rejection(PickleRules.impureName, "\(cursor.opcodeName) with a name of \(count) bytes")
  }

  private mutating func stackSymbol() throws(Rejection) -> Symbol {
    let name = try pop()
    let module = try pop()
    guard case .string(let moduleText) = arena[module], case .string(let nameText) = arena[name]
    else {
      try breach(
        PickleRules.computedImport,
        "STACK_GLOBAL on \(arena[module].kind) and \(arena[name].kind) instead of two strings")
      return .untold
    }
    try checkLength(moduleText.utf8.count + nameText.utf8.count)
    return Symbol(module: moduleText, name: nameText)
  }

  /// Pushes a symbol, asking for its verdict the first time.
  private mutating func define(
    _ symbol: Symbol, policy: (Symbol) -> SymbolVerdict
  ) throws(Rejection) {
    if let node = ledger.node(of: symbol) { return stack.push(node) }
    let danger = NotoriousSymbols.rule(for: symbol)
    let isPlain = symbol.isPlain
    let verdict = danger == nil && isPlain ? policy(symbol) : .unknown
    let node = arena.make(.symbol(symbol), at: cursor.opcodeOffset)
    let offset = cursor.opcodeOffset
    ledger.add(
      PickleImport(
        symbol: symbol, verdict: verdict,
        danger: danger ?? (isPlain ? nil : PickleRules.impureName), offset: offset),
      as: node)
    stack.push(node)
    if let danger {
      try breach(danger, "\(cursor.opcodeName) imports \(symbol)")
    } else if !isPlain {
      try breach(PickleRules.impureName, "\(cursor.opcodeName) imports \"\(symbol)\"")
    }
  }
}

extension Symbol {
  /// Stands for what a survey cannot name: the target of a computed call or import.
  static let untold = Symbol(module: "untold", name: "untold")
}

// MARK: Calls

extension PickleEngine {
  mutating func call(_ opcode: Opcode) throws(Rejection) {
    switch opcode {
    case .obj:
      let items = try popToMark()
      guard let callee = items.first else {
        throw rejection(PickleRules.stackUnderflow, "OBJ finds no class above its MARK")
      }
      try breach(PickleRules.stackObject, "OBJ calls \(arena[callee].kind)")
      try pushCall(of: callee, arguments: Array(items.dropFirst()))
    case .reduce:
      let arguments = try popTuple()
      let callee = try pop()
      if let newClass = reconstructedClass(callee, arguments) {
        let none = arena.constant(.emptyTuple, .tuple([]), at: cursor.opcodeOffset)
        return try pushInstance(of: newClass, arguments: none, keywords: nil)
      }
      try pushCall(of: callee, arguments: arguments)
    default:
      var keywords: NodeID?
      if opcode == .newobjEx {
        let id = try pop()
        guard case .dict = arena[id] else {
          throw rejection(
            PickleRules.callOfNonSymbol, "NEWOBJ_EX with \(arena[id].kind) for keywords")
        }
        keywords = id
      }
      let arguments = try popTuple()
      try pushInstance(of: try pop(), arguments: arguments, keywords: keywords)
    }
  }

  private mutating func popTuple() throws(Rejection) -> NodeID {
    let id = try pop()
    if case .tuple = arena[id] { return id }
    try breach(
      PickleRules.callOfNonSymbol, "\(cursor.opcodeName) with \(arena[id].kind) for arguments")
    return id
  }

  /// Names that an unwrapper is given are dropped unread.
  private mutating func excuseClasses(in arguments: NodeID) {
    guard case .tuple(let items) = arena[arguments] else { return }
    for item in items {
      guard let (found, index) = callee(item), found.verdict == .unknown, found.danger == nil
      else { continue }
      ledger.settle(index, as: .constant)
    }
  }

  private mutating func pushCall(of callee: NodeID, arguments: [NodeID]) throws(Rejection) {
    let tuple = arena.make(.tuple(arguments), at: cursor.opcodeOffset)
    try pushCall(of: callee, arguments: tuple)
  }

  private mutating func pushCall(of callee: NodeID, arguments: NodeID) throws(Rejection) {
    guard let (found, index) = self.callee(callee) else {
      try breach(
        PickleRules.callOfNonSymbol, "\(cursor.opcodeName) calls \(arena[callee].kind)")
      return pushObject(of: .untold, arguments: arguments, isInstance: false)
    }
    if found.verdict == .unwrapper { excuseClasses(in: arguments) }
    if ledger.note(.called, at: index), !found.verdict.isCallable, found.danger == nil {
      // What is on a list is known not to be called by any writer; of other names nothing is known.
      let rule =
        found.verdict == .unknown ? PickleRules.unknownCall : PickleRules.forbiddenCall
      try breach(rule, "\(cursor.opcodeName) calls \(found.symbol)")
    }
    pushObject(of: found.symbol, arguments: arguments, isInstance: false)
  }

  private mutating func pushInstance(
    of callee: NodeID, arguments: NodeID, keywords: NodeID?
  ) throws(Rejection) {
    guard let (found, index) = self.callee(callee) else {
      try breach(
        PickleRules.callOfNonSymbol, "\(cursor.opcodeName) instantiates \(arena[callee].kind)")
      return pushObject(of: .untold, arguments: arguments, isInstance: true)
    }
    let isFirst = ledger.note(.instantiated, at: index)
    pushObject(of: found.symbol, arguments: arguments, keywords: keywords, isInstance: true)
    if found.verdict == .constant, isFirst {
      try breach(PickleRules.forbiddenCall, "\(cursor.opcodeName) instantiates \(found.symbol)")
    } else if found.verdict == .unknown, let object = stack.top {
      ledger.strangers.append((object, index))
    }
  }

  private mutating func pushObject(
    of symbol: Symbol, arguments: NodeID, keywords: NodeID? = nil, isInstance: Bool
  ) {
    push(
      .object(
        PickledObject(
          symbol: symbol, arguments: arguments, keywordArguments: keywords, isInstance: isInstance))
    )
  }

  private func callee(_ id: NodeID) -> (found: PickleImport, index: Int)? {
    guard case .symbol(let symbol) = arena[classBehindSource(id)],
      let index = ledger.index(of: symbol)
    else {
      return nil
    }
    return (ledger.imports[index], index)
  }

  /// The class in `("module", class, file, source)`, the persistent id that torch before 1.6 puts
  /// in the place of a module's class.
  private func classBehindSource(_ id: NodeID) -> NodeID {
    guard case .persistent(let wrapper) = arena[id], case .tuple(let items) = arena[wrapper],
      items.count == 4, case .string("module") = arena[items[0]]
    else { return id }
    return items[1]
  }

  /// The class in `copyreg._reconstructor(class, object, None)`, which is how protocols 0 and 1
  /// write a plain instance; the policy must allow the function.
  private mutating func reconstructedClass(_ id: NodeID, _ arguments: NodeID) -> NodeID? {
    guard let (function, index) = callee(id), function.verdict == .callable,
      ["copyreg", "copy_reg"].contains(function.symbol.module),
      function.symbol.name == "_reconstructor",
      case .tuple(let items) = arena[arguments], items.count == 3,
      let (base, baseIndex) = callee(items[1]), case .none = arena[items[2]],
      ["builtins", "__builtin__"].contains(base.symbol.module), base.symbol.name == "object"
    else { return nil }
    _ = ledger.note(.called, at: index)
    if base.verdict == .unknown { ledger.settle(baseIndex, as: .constant) }
    return items[0]
  }
}

// MARK: State

extension PickleEngine {
  mutating func build() throws(Rejection) {
    let state = try pop()
    let target = try top()
    guard case .object(let object) = arena[target] else {
      return try breach(PickleRules.buildOfNonObject, "BUILD on \(arena[target].kind)")
    }
    if let index = ledger.index(of: object.symbol), ledger.imports[index].verdict == .unknown {
      if case .dict = arena[state] {
      } else {
        try breach(
          PickleRules.slotState, "BUILD gives \(arena[state].kind) to \(arena[target].kind)")
      }
    }
    if !arena.build(state, on: target) {
      try breach(PickleRules.buildOfNonObject, "a second BUILD on \(arena[target].kind)")
    }
  }

  mutating func persistentID(_ opcode: Opcode) throws(Rejection) {
    guard opcode == .persid else { return push(.persistent(try pop())) }
    let text = cursor.repairedText(try cursor.line())
    try breach(
      PickleRules.persistentText, "PERSID with the text \"\(text.printable(limit: 40))\"")
    push(.string(text))
    push(.persistent(try pop()))
  }
}
