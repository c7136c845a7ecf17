public import Diagnostics

/// A Python name that a pickle imports: data here, never looked up and never called.
public struct Symbol: Hashable, Sendable {
  /// The dotted module, as written in the stream (`__builtin__` and `builtins` are not unified).
  public let module: String
  /// The name inside the module.
  public let name: String

  /// Names a symbol.
  public init(module: String, name: String) {
    self.module = module
    self.name = name
  }
}

extension Symbol: CustomStringConvertible {
  /// `module.name`, with anything that is not printable ASCII escaped.
  public var description: String { (module + "." + name).printable(limit: 200) }
}

extension Symbol {
  /// Whether both parts are plain ASCII identifiers: dots in the module only, none in the name.
  var isPlain: Bool {
    func isPart(_ text: Substring) -> Bool {
      !text.isEmpty
        && text.utf8.allSatisfy { byte in
          switch byte {
          case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"):
            true
          default: false
          }
        }
    }
    return isPart(name[...])
      && module.split(separator: ".", omittingEmptySubsequences: false).allSatisfy(isPart)
  }
}

extension String {
  /// The text with control and non-ASCII characters escaped, cut to `limit` characters: names from
  /// a file must not move the cursor of the terminal that shows them.
  func printable(limit: Int) -> String {
    let text = utf8
    if text.count <= limit, text.allSatisfy({ (0x20..<0x7F).contains($0) }) { return self }
    var shown = ""
    for scalar in unicodeScalars.prefix(limit) { shown += scalar.escaped(asASCII: true) }
    // Counting them all would cost a hostile megabyte each time it is shown.
    return unicodeScalars.dropFirst(limit).isEmpty ? shown : shown + "…"
  }
}

/// What the reader of a format says of a symbol that its pickles import.
public enum SymbolVerdict: Sendable, Hashable {
  /// May be called, instantiated and passed around: the reader gives the call its meaning.
  case callable
  /// May be called; a class among its arguments is only named and excused with it. PyTorch wraps
  /// tensors of a subclass so: the class is dropped, the tensor inside is read.
  case unwrapper
  /// May be passed around (a dtype, a class used as an argument), not called.
  case constant
  /// May be instantiated (NEWOBJ, NEWOBJ_EX, `copyreg._reconstructor`) and is known by its state.
  case instance
  /// Is on no list.
  case unknown
}

extension SymbolVerdict {
  /// Whether REDUCE may be applied.
  var isCallable: Bool { self == .callable || self == .unwrapper }
}

/// One symbol that a pickle imports, with all that the stream does with it.
public struct PickleImport: Sendable {
  /// How a symbol is used beyond being named; empty when it is imported alone.
  public struct Uses: OptionSet, Sendable {
    /// The bits.
    public let rawValue: UInt8
    /// Uses from their bits.
    public init(rawValue: UInt8) { self.rawValue = rawValue }
    /// REDUCE, INST or OBJ calls it.
    public static let called = Uses(rawValue: 1)
    /// NEWOBJ, NEWOBJ_EX or `copyreg._reconstructor` makes an object of it.
    public static let instantiated = Uses(rawValue: 2)
  }

  /// The symbol.
  public let symbol: Symbol
  /// What the caller's policy said; `unknown` becomes `instance` where the state of every object
  /// of the class shows a neural-network module.
  public internal(set) var verdict: SymbolVerdict
  /// The rule that forbids it by name whatever the policy says, if one does.
  public let danger: Rule?
  /// The byte of the first opcode that imports it.
  public let offset: Int
  /// What the stream does with it.
  public internal(set) var uses: Uses = []
}
