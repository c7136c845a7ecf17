import Diagnostics

/// What a stream imports, each symbol once, and the objects whose class is on no list.
struct ImportLedger {
  /// Rules about symbols: breaches of these are never mere damage.
  static let rules: Set<Rule> = [
    PickleRules.forbiddenImport, PickleRules.uncalledImport, PickleRules.computedImport,
    PickleRules.legacyInstance, PickleRules.stackObject, PickleRules.unknownInstance,
    PickleRules.callOfNonSymbol, PickleRules.buildOfNonObject, PickleRules.slotState,
    PickleRules.extensionRegistry, PickleRules.impureName, PickleRules.forbiddenCall,
    PickleRules.unknownCall,
  ]

  private(set) var imports: [PickleImport] = []
  /// The objects made of classes on no list, with the index of the class in `imports`.
  var strangers: [(object: NodeID, importIndex: Int)] = []
  private var known: [Symbol: (node: NodeID, index: Int)] = [:]

  func node(of symbol: Symbol) -> NodeID? { known[symbol]?.node }

  func index(of symbol: Symbol) -> Int? { known[symbol]?.index }

  mutating func add(_ found: PickleImport, as node: NodeID) {
    known[found.symbol] = (node, imports.count)
    imports.append(found)
  }

  /// Notes a use; true the first time it is noted.
  mutating func note(_ use: PickleImport.Uses, at index: Int) -> Bool {
    imports[index].uses.insert(use).inserted
  }

  mutating func settle(_ index: Int, as verdict: SymbolVerdict) {
    imports[index].verdict = verdict
  }
}
