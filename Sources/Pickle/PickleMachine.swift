public import Diagnostics

/// Runs a pickle as data: values are described, nothing is imported, called or constructed.
///
/// What the caller's policy does not admit is refused where it stands. `survey` instead notes every
/// import and goes on, for reports about files that nobody should load.
public struct PickleMachine: ~Escapable {
  /// How the machine meets what the policy does not admit.
  enum Mode { case strict, survey }

  var reader: PickleReader
  let policy: (Symbol) -> SymbolVerdict
  let limits: PickleLimits
  let mode: Mode
  var nodes: [PickleNode] = []
  var stack: [NodeID] = []
  var marks: [Int] = []
  var memo: [Int: NodeID] = [:]
  var imports: [PickleImport] = []
  var importByNode: [NodeID: Int] = [:]
  /// Instances of unknown classes, to be judged by their state at the end.
  var unknownInstances: [(node: NodeID, offset: Int)] = []
  var audit: Audit
  private var protocolVersion: Int?
  private var opcodeCount = 0
  private var stringBytes = 0
  private var frameEnd: Int?

  @_lifetime(copy bytes)
  init(
    _ bytes: RawSpan, from start: Int, policy: @escaping (Symbol) -> SymbolVerdict,
    limits: PickleLimits, mode: Mode, audit: Audit
  ) {
    reader = PickleReader(bytes, at: start)
    self.policy = policy
    self.limits = limits
    self.mode = mode
    self.audit = audit
  }

  /// The values of the pickle that begins at `start`; it may be followed by other bytes.
  public static func run(
    _ bytes: RawSpan, from start: Int = 0, policy: @escaping (Symbol) -> SymbolVerdict,
    limits: PickleLimits = .default, audit: inout Audit
  ) throws(Rejection) -> PickleGraph {
    var machine = PickleMachine(
      bytes, from: start, policy: policy, limits: limits, mode: .strict, audit: audit)
    do throws(Rejection) {
      let graph = try machine.runToStop()
      audit = machine.audit
      return graph
    } catch {
      audit = machine.audit
      throw machine.importBefore(error) ?? error
    }
  }

  /// Python would have run an import before it noticed the damage, so that comes first (P14).
  private func importBefore(_ damage: Rejection) -> Rejection? {
    guard damage.rule.status != .refused,
      let suspect = imports.first(where: { $0.verdict == .unknown })
    else { return nil }
    return Rejection(
      PickleRules.importBeforeDamage,
      "\(suspect.symbol) is imported, then the pickle breaks: \(damage.message)",
      at: Place(offset: suspect.offset))
  }

  mutating func runToStop() throws(Rejection) -> PickleGraph {
    while true {
      let offset = reader.position
      if try step() { break }
      if let end = frameEnd, reader.position > end {
        throw Rejection(
          PickleRules.frame, "an instruction crosses the end of its frame", at: Place(offset: offset))
      }
    }
    let root = try pop()
    guard stack.isEmpty, marks.isEmpty else {
      throw Rejection(
        PickleRules.stackUnderflow, "\(stack.count) values are left over",
        at: Place(offset: reader.position))
    }
    try judgeImports()
    try checkKeys()
    try GraphCheck(nodes: nodes, nestingDepth: limits.nestingDepth).run(from: root)
    return PickleGraph(
      nodes: nodes, root: root, endOffset: reader.position,
      protocolVersion: protocolVersion ?? 0, imports: imports)
  }

  /// Runs one instruction; true at STOP.
  private mutating func step() throws(Rejection) -> Bool {
    let offset = reader.position
    if let end = frameEnd, offset == end { frameEnd = nil }
    let byte = try reader.byte()
    guard let opcode = Opcode(rawValue: byte) else {
      throw Rejection(
        PickleRules.unknownOpcode, "byte 0x\(String(byte, radix: 16))", at: Place(offset: offset))
    }
    opcodeCount += 1
    guard opcodeCount <= limits.opcodes, stack.count < limits.stackDepth else {
      throw Rejection(PickleRules.limits, "too many instructions or values", at: Place(offset: offset))
    }
    if protocolVersion == nil, opcode != .proto {
      protocolVersion = 0
      try audit.enforce(
        PickleRules.protocolHeader, "it does not begin with PROTO", at: Place(offset: offset))
    }
    if opcode == .stop { return true }
    try execute(opcode, at: offset)
    return false
  }

  /// The instructions by kind; each kind's own function knows its members.
  private mutating func execute(_ opcode: Opcode, at offset: Int) throws(Rejection) {
    switch opcode {
    case .proto, .frame, .mark, .pop, .popMark, .dup: try control(opcode, at: offset)
    case .none: push(.none)
    case .newTrue: push(.bool(true))
    case .newFalse: push(.bool(false))
    case .binInt, .binInt1, .binInt2, .long1, .long4, .binFloat: try number(opcode, at: offset)
    case .binUnicode, .shortBinUnicode, .binUnicode8, .binString, .shortBinString, .binBytes,
      .shortBinBytes, .binBytes8, .byteArray8:
      try text(opcode, at: offset)
    case .emptyList, .append, .appends, .list, .emptyTuple, .tuple, .tuple1, .tuple2, .tuple3,
      .emptyDict, .dict, .setItem, .setItems, .emptySet, .addItems, .frozenSet:
      try container(opcode, at: offset)
    case .global, .stackGlobal, .reduce, .build, .newObject, .newObjectEx, .persistentID:
      try symbolic(opcode, at: offset)
    case .get, .longGet, .put, .longPut, .memoize: try memory(opcode, at: offset)
    case .instance, .object, .textPersistentID, .extension1, .extension2, .extension4, .textInt,
      .textLong, .textFloat, .textString, .textUnicode, .textGet, .textPut, .nextBuffer,
      .readOnlyBuffer:
      throw opcode.refusal(at: offset)
    case .stop: break
    }
  }

  private mutating func control(_ opcode: Opcode, at offset: Int) throws(Rejection) {
    switch opcode {
    case .proto: try header(at: offset)
    case .frame: try frame(at: offset)
    case .mark: marks.append(stack.count)
    case .pop: _ = try pop()
    case .popMark: _ = try popToMark()
    default:
      let top = try pop()
      stack += [top, top]
    }
  }

  private mutating func header(at offset: Int) throws(Rejection) {
    let version = Int(try reader.byte())
    if protocolVersion != nil || !(2...5).contains(version) {
      try audit.enforce(
        PickleRules.protocolHeader,
        protocolVersion == nil ? "version \(version)" : "PROTO occurs again",
        at: Place(offset: offset))
    }
    protocolVersion = version
  }

  private mutating func frame(at offset: Int) throws(Rejection) {
    let length = try reader.unsigned(width: 8)
    guard frameEnd == nil, let count = Int(exactly: length), count <= reader.remaining else {
      throw Rejection(
        PickleRules.frame, "a frame of \(length) bytes", at: Place(offset: offset))
    }
    frameEnd = reader.position + count
  }

  private mutating func number(_ opcode: Opcode, at offset: Int) throws(Rejection) {
    switch opcode {
    case .binInt1: push(.int(Int64(try reader.unsigned(width: 1))))
    case .binInt2: push(.int(Int64(try reader.unsigned(width: 2))))
    case .binInt:
      push(.int(Int64(Int32(truncatingIfNeeded: try reader.unsigned(width: 4)))))
    case .binFloat:
      push(.float(Double(bitPattern: UInt64(try reader.unsigned(width: 8)).byteSwapped)))
    default: try longInteger(opcode == .long1 ? 1 : 4, at: offset)
    }
  }

  private mutating func longInteger(_ width: Int, at offset: Int) throws(Rejection) {
    let count = try reader.unsigned(width: width)
    guard count <= 1 << 16 else {
      throw Rejection(
        PickleRules.longInteger, "an integer of \(count) bytes", at: Place(offset: offset))
    }
    let bytes = try reader.raw(Int(count))
    guard bytes.count <= 8 else { return push(.bigInt(bytes)) }
    var value: UInt64 = (bytes.last ?? 0) >= 0x80 ? .max : 0
    for byte in bytes.reversed() { value = value << 8 | UInt64(byte) }
    push(.int(Int64(bitPattern: value)))
  }

  private mutating func text(_ opcode: Opcode, at offset: Int) throws(Rejection) {
    let content: [UInt8] =
      switch opcode {
      case .shortBinUnicode, .shortBinBytes, .shortBinString: try reader.counted(width: 1)
      case .binUnicode, .binBytes: try reader.counted(width: 4)
      case .binString: try reader.counted(width: 4, signed: true)
      default: try reader.counted(width: 8)
      }
    stringBytes += content.count
    guard stringBytes <= limits.stringBytes else {
      throw Rejection(PickleRules.limits, "too much text", at: Place(offset: offset))
    }
    switch opcode {
    case .binBytes, .shortBinBytes, .binBytes8: push(.bytes(content))
    case .byteArray8: push(.bytearray(content))
    // Python 2's strings: text if it is ASCII, else bytes.
    case .binString where content.contains { $0 >= 0x80 }: push(.bytes(content))
    case .shortBinString where content.contains { $0 >= 0x80 }: push(.bytes(content))
    default:
      guard let text = String(validating: content, as: UTF8.self) else {
        throw Rejection(
          PickleRules.invalidText, "a string of \(content.count) bytes", at: Place(offset: offset))
      }
      push(.string(text))
    }
  }

  private mutating func memory(_ opcode: Opcode, at offset: Int) throws(Rejection) {
    switch opcode {
    case .get: try fetch(Int(reader.unsigned(width: 1)), at: offset)
    case .longGet: try fetch(Int(reader.unsigned(width: 4)), at: offset)
    case .put: try store(Int(reader.unsigned(width: 1)), at: offset)
    case .longPut: try store(Int(reader.unsigned(width: 4)), at: offset)
    default: try store(memo.count, at: offset)
    }
  }

  private mutating func fetch(_ index: Int, at offset: Int) throws(Rejection) {
    guard let id = memo[index] else {
      throw Rejection(PickleRules.unknownMemo, "memo entry \(index)", at: Place(offset: offset))
    }
    stack.append(id)
  }

  private mutating func store(_ index: Int, at offset: Int) throws(Rejection) {
    guard index < limits.memoEntries else {
      throw Rejection(PickleRules.memoBomb, "memo entry \(index)", at: Place(offset: offset))
    }
    guard let top = stack.last, stack.count > (marks.last ?? 0) else { throw underflow() }
    memo[index] = top
  }
}

extension PickleMachine {
  /// Adds a value and pushes it.
  mutating func push(_ node: PickleNode) {
    stack.append(nodes.count)
    nodes.append(node)
  }

  /// The topmost value above the last mark.
  mutating func pop() throws(Rejection) -> NodeID {
    guard stack.count > (marks.last ?? 0), let top = stack.popLast() else { throw underflow() }
    return top
  }

  /// The values above the last mark, which goes too.
  mutating func popToMark() throws(Rejection) -> [NodeID] {
    guard let mark = marks.popLast() else { throw underflow() }
    let items = Array(stack[mark...])
    stack.removeSubrange(mark...)
    return items
  }

  /// The topmost value, which stays.
  func top() throws(Rejection) -> NodeID {
    guard stack.count > (marks.last ?? 0), let top = stack.last else { throw underflow() }
    return top
  }

  private func underflow() -> Rejection {
    Rejection(
      PickleRules.stackUnderflow, "an instruction finds no value",
      at: Place(offset: reader.position))
  }
}

extension Opcode {
  /// Why an instruction is refused whatever its operands.
  fileprivate func refusal(at offset: Int) -> Rejection {
    let rule =
      switch self {
      case .instance: PickleRules.instanceOpcode
      case .object: PickleRules.objectOpcode
      case .textPersistentID: PickleRules.persistentID
      case .extension1, .extension2, .extension4: PickleRules.extensionOpcode
      case .nextBuffer, .readOnlyBuffer: PickleRules.unknownOpcode
      default: PickleRules.textOpcode
      }
    return Rejection(rule, "instruction \(self)", at: Place(offset: offset))
  }
}
