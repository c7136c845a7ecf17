import Diagnostics

/// What can only be judged once the stream has ended.
extension PickleEngine {
  /// Judges the finished run and gives its graph.
  mutating func settle(root: NodeID) throws(Rejection) -> PickleGraph {
    try settleImports()
    try settleShape(root: root)
    try settleKeys()
    return PickleGraph(
      arena: arena, root: root, endOffset: cursor.offset, protocolVersion: protocolVersion,
      imports: ledger.imports)
  }

  // MARK: Imports

  /// Reports what is on no list: P02 if it is only named, P06 if it is instantiated.
  mutating func settleImports() throws(Rejection) {
    let isModule = modulesByState()
    for (index, found) in ledger.imports.enumerated()
    where found.verdict == .unknown && found.danger == nil && !found.uses.contains(.called) {
      let place = Place(offset: found.offset)
      if !found.uses.contains(.instantiated) {
        try breach(
          PickleRules.uncalledImport, "imports \(found.symbol), which is on no list", at: place)
      } else if isModule[index] == true {
        ledger.settle(index, as: .instance)
      } else {
        try breach(
          PickleRules.unknownInstance,
          "makes an object of \(found.symbol), which is on no list and has no module state",
          at: place)
      }
    }
  }

  /// The unknown imports that nothing so far excuses.
  func pendingImports() -> [PickleImport] {
    let isModule = modulesByState()
    return ledger.imports.enumerated().filter { index, found in
      found.verdict == .unknown && isModule[index] != true
    }.map(\.element)
  }

  /// For each unknown class that is instantiated: whether all its objects are modules by state.
  private func modulesByState() -> [Int: Bool] {
    var verdictOfState: [NodeID: Bool] = [:]
    var isModule: [Int: Bool] = [:]
    for (id, index) in ledger.strangers where isModule[index] != false {
      guard case .object(let object) = arena[id], object.keywordArguments == nil,
        case .tuple(let arguments) = arena[object.arguments], arguments.isEmpty,
        let state = object.state
      else {
        isModule[index] = false
        continue
      }
      // Objects may share a state: looking it up keeps this linear.
      let verdict = verdictOfState[state] ?? isModuleState(state)
      verdictOfState[state] = verdict
      isModule[index] = verdict
    }
    return isModule
  }

  private func isModuleState(_ id: NodeID) -> Bool {
    guard case .dict(let entries) = arena[id] else { return false }
    var missing: Set = ["_parameters", "_buffers", "_modules"]
    for entry in entries {
      if case .string(let key) = arena[entry.key] { missing.remove(key) }
    }
    return missing.isEmpty
  }

  // MARK: Shape and keys

  private mutating func settleShape(root: NodeID) throws(Rejection) {
    switch GraphShape.measure(arena, root: root, limits: limits) {
    case .sound: return
    case .cyclic(let id):
      try breach(
        PickleRules.cycle, "\(arena[id].kind) contains itself", at: place(of: id))
    case .tooDeep(let id):
      try breach(
        PickleRules.tooLarge, "containers are nested more than \(limits.nestingDepth) deep",
        at: place(of: id))
    case .tooWide(let id):
      try breach(
        PickleRules.expansion, "shared parts unfold to more than \(limits.expandedNodes) values",
        at: place(of: id))
    }
  }

  private mutating func settleKeys() throws(Rejection) {
    var keys = DictionaryKeys(arena)
    if let culprit = keys.unhashable {
      try breach(
        PickleRules.unhashableKey, "\(arena[culprit].kind) is used as a key or set element",
        at: place(of: culprit))
    }
    for index in arena.nodes.indices {
      let id = NodeID(index)
      guard let entries = arena[id].entries, entries.count > 1,
        let duplicate = keys.firstDuplicate(in: entries, of: id)
      else { continue }
      var key = arena[duplicate].kind
      if case .string(let text) = arena[duplicate] { key = "\"\(text.printable(limit: 80))\"" }
      try breach(
        PickleRules.duplicateKey, "\(key) appears twice in one dictionary", at: place(of: id))
      arena.replaceEntries(of: id, with: keys.lastWins(entries))
    }
  }

  private func place(of id: NodeID) -> Place {
    Place(offset: Int(arena.offsets[id.position]))
  }
}

extension PickleNode {
  /// The entries of a dictionary or those set on an object.
  var entries: [(key: NodeID, value: NodeID)]? {
    switch self {
    case .dict(let entries): entries
    case .object(let object): object.dictItems
    default: nil
    }
  }
}
