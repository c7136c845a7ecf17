/// The name of one value in a `PickleGraph`: equal ids are the same Python object.
public struct NodeID: Hashable, Sendable {
  let index: UInt32

  init(_ index: Int) { self.index = UInt32(truncatingIfNeeded: index) }

  /// The place among the values of its graph, from 0 up.
  public var position: Int { Int(index) }
}

/// One value of a pickle; containers refer to their parts by id, so nothing is ever copied.
public enum PickleNode: Sendable {
  /// `None`.
  case none
  /// `True` or `False`.
  case bool(Bool)
  /// An integer that fits in 64 bits, whatever opcode wrote it.
  case int(Int64)
  /// A wider integer: little-endian two's complement, as in the stream.
  case bigInt([UInt8])
  /// A float.
  case float(Double)
  /// Text; also a Python 2 `str` whose bytes are valid UTF-8 (its `utf8` are then those bytes).
  case string(String)
  /// Bytes; also a Python 2 `str` that is not valid UTF-8.
  case bytes([UInt8])
  /// A `bytearray`.
  case bytearray([UInt8])
  /// A list.
  case list([NodeID])
  /// A tuple.
  case tuple([NodeID])
  /// A dictionary in the order of insertion, keys distinct by value.
  case dict([(key: NodeID, value: NodeID)])
  /// A set in the order of the stream; equal elements are not merged.
  case set([NodeID])
  /// A frozen set in the order of the stream; equal elements are not merged.
  case frozenset([NodeID])
  /// An imported symbol.
  case symbol(Symbol)
  /// What a persistent id stands for: the argument of BINPERSID.
  case persistent(NodeID)
  /// What a call or an instantiation would have made.
  indirect case object(PickledObject)
}

/// A call that was written down instead of made, and what the stream then does to its result.
///
/// The machine does not know which results are containers: a reader refuses items on those that
/// are not (P27, P28) and objects that cannot be keys (P29).
public struct PickledObject: Sendable {
  /// The function or class.
  public let symbol: Symbol
  /// The positional arguments: always a tuple.
  public let arguments: NodeID
  /// The keyword arguments of NEWOBJ_EX: a dictionary.
  public let keywordArguments: NodeID?
  /// Whether the class is instantiated (NEWOBJ, NEWOBJ_EX, `copyreg._reconstructor`), not called.
  public let isInstance: Bool
  /// What BUILD sets: a dictionary of attributes for most classes.
  public internal(set) var state: NodeID?
  /// What APPEND and APPENDS add.
  public internal(set) var listItems: [NodeID] = []
  /// What SETITEM and SETITEMS set, keys distinct by value.
  public internal(set) var dictItems: [(key: NodeID, value: NodeID)] = []
  /// What ADDITEMS adds.
  public internal(set) var setItems: [NodeID] = []

  /// Whether nothing was done to the result after the call: no state and no items of any kind.
  public var isUntouched: Bool {
    state == nil && listItems.isEmpty && dictItems.isEmpty && setItems.isEmpty
  }
}

extension PickleNode {
  /// What a message calls a value of this kind.
  public var kind: String {
    switch self {
    case .none: "None"
    case .bool: "a bool"
    case .int, .bigInt: "an integer"
    case .float: "a float"
    case .string: "a string"
    case .bytes: "bytes"
    case .bytearray: "a bytearray"
    case .list: "a list"
    case .tuple: "a tuple"
    case .dict: "a dictionary"
    case .set: "a set"
    case .frozenset: "a frozen set"
    case .symbol(let symbol): "the symbol \(symbol)"
    case .persistent: "a persistent object"
    case .object(let object): "an object of \(object.symbol)"
    }
  }

  /// The part at a position, counting keys and values apart; nil past the last one.
  func part(_ position: Int) -> NodeID? {
    switch self {
    case .none, .bool, .int, .bigInt, .float, .string, .bytes, .bytearray, .symbol: nil
    case .list(let items), .tuple(let items), .set(let items), .frozenset(let items):
      position < items.count ? items[position] : nil
    case .dict(let items): Self.part(position, of: items)
    case .persistent(let id): position == 0 ? id : nil
    case .object(let object): object.part(position)
    }
  }

  fileprivate static func part(
    _ position: Int, of items: [(key: NodeID, value: NodeID)]
  ) -> NodeID? {
    guard position / 2 < items.count else { return nil }
    let item = items[position / 2]
    return position.isMultiple(of: 2) ? item.key : item.value
  }
}

extension PickledObject {
  fileprivate func part(_ position: Int) -> NodeID? {
    if position == 0 { return arguments }
    var rest = position - 1
    for optional in [keywordArguments, state] {
      guard let id = optional else { continue }
      if rest == 0 { return id }
      rest -= 1
    }
    if rest < listItems.count { return listItems[rest] }
    rest -= listItems.count
    if rest < setItems.count { return setItems[rest] }
    return PickleNode.part(rest - setItems.count, of: dictItems)
  }
}
