internal import Diagnostics

/// A class, function or constant that a pickle names.
public struct Symbol: Hashable, Sendable, CustomStringConvertible {
  /// The dotted module.
  public let module: String
  /// The name in the module.
  public let name: String

  /// Names a symbol.
  public init(module: String, name: String) {
    self.module = module
    self.name = name
  }

  /// Module and name, joined by a dot.
  public var description: String { "\(module).\(name)" }
}

/// What the caller says of a symbol.
public enum SymbolVerdict: Sendable {
  /// Calls are data whose meaning the caller knows.
  case callable
  /// It may be referred to, not called.
  case constant
  /// A class whose instances are known by their state alone.
  case instance
  /// It is on no list.
  case unknown
}

/// The position of a value in its graph.
public typealias NodeID = Int

/// One value of a pickle. Containers name their items by position, so sharing stays visible.
public enum PickleNode: Sendable {
  /// `None`.
  case none
  /// `True` or `False`.
  case bool(Bool)
  /// An integer of at most 64 bits.
  case int(Int64)
  /// A longer integer: little-endian two's complement.
  case bigInt([UInt8])
  /// A float.
  case float(Double)
  /// Text.
  case string(String)
  /// Bytes.
  case bytes([UInt8])
  /// A bytearray.
  case bytearray([UInt8])
  /// A list.
  case list([NodeID])
  /// A tuple.
  case tuple([NodeID])
  /// A dictionary in the order of insertion.
  case dict([(key: NodeID, value: NodeID)])
  /// A set.
  case set([NodeID])
  /// A frozenset.
  case frozenset([NodeID])
  /// A reference to something by name.
  case symbol(Symbol)
  /// What `BINPERSID` was given.
  case persistent(NodeID)
  /// The result of a call or an instantiation that nobody carries out.
  case object(PickledObject)
}

/// A call or an instance, described instead of made.
public struct PickledObject: Sendable {
  /// The callable or class.
  public let symbol: Symbol
  /// The tuple of arguments.
  public let arguments: NodeID
  /// The dictionary of keyword arguments of `NEWOBJ_EX`.
  public let keywordArguments: NodeID?
  /// Whether `NEWOBJ` made it rather than `REDUCE`.
  public let isInstance: Bool
  /// What `BUILD` set.
  public internal(set) var state: NodeID?
  /// What `APPENDS` and `ADDITEMS` added.
  public internal(set) var listItems: [NodeID] = []
  /// What `SETITEMS` set.
  public internal(set) var dictItems: [(key: NodeID, value: NodeID)] = []
}

/// A symbol that a pickle named, and where.
public struct PickleImport: Sendable {
  /// The symbol.
  public let symbol: Symbol
  /// What the caller said of it.
  public let verdict: SymbolVerdict
  /// Whether it is known to run code or open files when called.
  public let isNotorious: Bool
  /// The opcode's distance in bytes from the start of the stream.
  public let offset: Int
  /// Whether the pickle called it.
  public internal(set) var isCalled = false
  /// Whether the pickle made an instance of it.
  public internal(set) var isInstantiated = false
}

/// The values of a pickle. Without cycles, and nested no deeper than the limits allow.
public struct PickleGraph: Sendable {
  /// Every value.
  public let nodes: [PickleNode]
  /// The value that the pickle stands for.
  public let root: NodeID
  /// The byte after `STOP`.
  public let endOffset: Int
  /// The protocol that the pickle declares.
  public let protocolVersion: Int
  /// The symbols it names, in order.
  public let imports: [PickleImport]
}

extension PickleNode {
  /// The positions of the values inside this one.
  var children: [NodeID] {
    switch self {
    case .list(let items), .tuple(let items), .set(let items), .frozenset(let items): items
    case .dict(let entries): entries.flatMap { [$0.key, $0.value] }
    case .persistent(let id): [id]
    case .object(let object):
      [object.arguments] + [object.keywordArguments, object.state].compactMap(\.self)
        + object.listItems + object.dictItems.flatMap { [$0.key, $0.value] }
    default: []
    }
  }
}

/// What a pickle may cost, whatever its size claims.
public struct PickleLimits: Sendable {
  /// Opcodes that are run.
  public var opcodes = 50_000_000
  /// Values on the stack.
  public var stackDepth = 1_000_000
  /// Containers inside one another.
  public var nestingDepth = 1000
  /// Entries of the memo, and the largest number of one.
  public var memoEntries = 10_000_000
  /// Bytes of all strings.
  public var stringBytes = 1 << 30

  /// The limits for files of unknown origin.
  public static let `default` = PickleLimits()

  /// The default limits.
  public init() {}
}
