import Diagnostics

/// The machine itself: one run over one stream.
///
/// Shared by the strict reader and the survey, which differ only in what a breach does.
struct PickleEngine: ~Escapable {
  /// What happens when a rule is broken that need not stop the machine.
  enum Conduct {
    /// It is thrown, or noted if the caller relaxed it.
    case enforce(Audit)
    /// It is collected and the machine goes on.
    case collect([Rejection])
  }

  /// A hostile file can earn a finding per byte; more than these are dropped.
  static let maximumFindings = 1000

  var cursor: PickleCursor
  var conduct: Conduct
  let limits: PickleLimits
  var arena = NodeArena()
  var stack = OperandStack()
  var memo = Memo()
  var ledger = ImportLedger()
  var protocolVersion = 0
  var frameEnd: Int?
  var stringBytes = 0
  private var opcodeCount = 0
  private var isStopped = false

  @_lifetime(copy bytes)
  init(_ bytes: RawSpan, from start: Int, limits: PickleLimits, conduct: Conduct) {
    cursor = PickleCursor(bytes, at: start)
    self.limits = limits
    self.conduct = conduct
  }

  /// Follows the stream to STOP and gives the value left on the stack.
  mutating func run(policy: (Symbol) -> SymbolVerdict) throws(Rejection) -> NodeID {
    while true {
      let opcode = try cursor.nextOpcode()
      try countOpcode(opcode)
      if opcode == .stop { return try stop() }
      try execute(opcode, policy: policy)
      try checkFrame()
      guard stack.depth <= limits.stackDepth else {
        throw rejection(PickleRules.tooLarge, "more than \(limits.stackDepth) values on the stack")
      }
    }
  }

  private mutating func execute(
    _ opcode: Opcode, policy: (Symbol) -> SymbolVerdict
  ) throws(Rejection) {
    switch opcode {
    case .proto, .frame, .stop: try header(opcode)
    case .none, .newtrue, .newfalse, .emptyTuple, .emptyList, .emptyDict, .emptySet:
      pushConstant(opcode)
    case .binint, .binint1, .binint2, .long1, .long4, .binfloat, .int, .long, .float:
      push(try number(opcode))
    case .binunicode, .shortBinunicode, .binunicode8, .binbytes, .shortBinbytes, .binbytes8,
      .bytearray8, .binstring, .shortBinstring:
      push(try text(opcode))
    case .mark, .pop, .popMark, .dup: try rearrange(opcode)
    case .tuple, .tuple1, .tuple2, .tuple3, .list, .dict, .frozenset: try gather(opcode)
    case .append, .appends, .setitem, .setitems, .additems: try fill(opcode)
    case .put, .binput, .longBinput, .memoize: try store(opcode)
    case .get, .binget, .longBinget: try recall(opcode)
    case .global, .stackGlobal, .inst, .ext1, .ext2, .ext4:
      try importSymbol(opcode, policy: policy)
    case .reduce, .newobj, .newobjEx, .obj: try call(opcode)
    case .build: try build()
    case .binpersid, .persid: try persistentID(opcode)
    case .string, .unicode, .nextBuffer, .readonlyBuffer:
      throw rejection(PickleRules.unsupportedOpcode, "\(opcode.name) is not supported")
    }
  }

  private mutating func countOpcode(_ opcode: Opcode) throws(Rejection) {
    opcodeCount += 1
    if opcodeCount == 1, opcode != .proto {
      try breach(PickleRules.protocolHeader, "the stream begins with \(opcode.name), not PROTO")
    } else if opcodeCount > 1, opcode == .proto {
      try breach(PickleRules.protocolHeader, "PROTO in the middle of the stream")
    }
    guard opcodeCount <= limits.opcodes else {
      throw rejection(PickleRules.tooLarge, "more than \(limits.opcodes) instructions")
    }
  }

  private mutating func stop() throws(Rejection) -> NodeID {
    isStopped = true
    let root = try pop()
    if stack.depth > 0 {
      try breach(PickleRules.stackUnderflow, "STOP leaves \(stack.depth) values and marks behind")
    }
    if let frameEnd, frameEnd != cursor.offset {
      try breach(PickleRules.frameBoundary, "the frame ends at byte \(frameEnd), not at STOP")
    }
    return root
  }
}

// MARK: Reporting

extension PickleEngine {
  /// A rejection placed at the instruction under way.
  func rejection(_ rule: Rule, _ message: String) -> Rejection {
    Rejection(rule, message, at: cursor.place)
  }

  /// Reports a breach after which the machine could go on.
  mutating func breach(
    _ rule: Rule, _ message: String, at place: Place? = nil
  ) throws(Rejection) {
    let place = place ?? cursor.place
    switch conduct {
    case .enforce(var audit):
      // The audit must be kept even if it throws: it holds the warnings so far.
      try audit.enforce(rule, message, at: place)
      conduct = .enforce(audit)
    case .collect(var findings):
      guard findings.count < Self.maximumFindings else { return }
      findings.append(Rejection(rule, message, at: place))
      conduct = .collect(findings)
    }
  }

  /// Names the unknown imports that came before damage, which would have run by then (P14).
  func unmask(_ damage: Rejection) -> Rejection {
    guard case .enforce(let audit) = conduct, !isStopped,
      !audit.leniency.contains(PickleRules.uncalledImport.id),
      !ImportLedger.rules.contains(damage.rule),
      let suspect = pendingImports().first
    else { return damage }
    return Rejection(
      PickleRules.importBeforeDamage,
      "imports \(suspect.symbol), which is on no list, and then breaks: \(damage)",
      at: Place(offset: suspect.offset))
  }

  func survey(damage: Rejection?, loaders: Set<Symbol>) -> PickleSurvey {
    var findings: [Rejection] = []
    if case .collect(let collected) = conduct { findings = collected }
    findings.sort { ($0.place.offset ?? 0) < ($1.place.offset ?? 0) }
    if let damage { findings.append(damage) }
    return PickleSurvey(
      imports: ledger.imports, findings: findings, isComplete: isStopped,
      endOffset: cursor.offset, protocolVersion: protocolVersion,
      nested: arena.byteStrings(for: loaders))
  }
}

// MARK: Protocol and frames

extension PickleEngine {
  private mutating func header(_ opcode: Opcode) throws(Rejection) {
    if opcode == .proto {
      protocolVersion = Int(try cursor.integer(UInt8.self))
      guard protocolVersion > 5 else { return }
      return try breach(
        PickleRules.protocolHeader, "protocol \(protocolVersion) is newer than any that exists")
    }
    let length = try cursor.integer(UInt64.self)
    if frameEnd != nil { try breach(PickleRules.frameBoundary, "a frame begins inside a frame") }
    guard let count = Int(exactly: length), count <= cursor.remaining else {
      return try breach(
        PickleRules.frameBoundary,
        "the frame claims \(length) bytes, \(cursor.remaining) are left")
    }
    frameEnd = cursor.offset + count
  }

  private mutating func checkFrame() throws(Rejection) {
    guard let end = frameEnd, cursor.offset >= end else { return }
    frameEnd = nil
    if cursor.offset > end {
      try breach(
        PickleRules.frameBoundary, "\(cursor.opcodeName) crosses the frame end at byte \(end)")
    }
  }
}
