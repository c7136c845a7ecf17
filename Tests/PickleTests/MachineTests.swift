import Diagnostics
import Pickle
import TestSupport
import Testing

private func program(_ parts: String...) -> [UInt8] {
  [0x80, 2] + parts.joined().unicodeScalars.map { UInt8($0.value) } + [UInt8(ascii: ".")]
}

struct MachineTests {
  @Test func `a value that is stored and recalled keeps its id`() throws {
    let graph = try read(Fixtures.bytes("pickle/accepts/plain-2.pkl"))
    let shared = try #require(graph.value("shared", in: graph.root).flatMap { graph.sequence($0) })
    #expect(shared.count == 2)
    #expect(shared.first == shared.last)
  }

  @Test func `an OrderedDict keeps its items apart from its metadata`() throws {
    let graph = try read(Fixtures.bytes("pickle/accepts/torch-state-dict-2.pkl"))
    let keys = graph.entries(graph.root)?.compactMap { graph.string($0.key) }
    #expect(
      keys == [
        "0.weight", "0.bias", "1.weight", "1.bias", "1.running_mean", "1.running_var",
        "1.num_batches_tracked",
      ])
    guard case .object(let object) = graph[graph.root], let state = object.state else {
      Issue.record("the root is no object with a state")
      return
    }
    #expect(graph.entries(state)?.compactMap { graph.string($0.key) } == ["_metadata"])
  }

  @Test func `a tensor is a call whose storage is a persistent object`() throws {
    let graph = try read(Fixtures.bytes("pickle/accepts/torch-state-dict-4.pkl"))
    let weight = try #require(graph.value("0.weight", in: graph.root))
    guard case .object(let call) = graph[weight] else {
      Issue.record("the weight is no call")
      return
    }
    #expect(call.symbol.description == "torch._utils._rebuild_tensor_v2")
    #expect(
      graph.rendered(call.arguments)
        == "(persistent(str 73746f72616765,<torch.FloatStorage>,str 30,str 637075,6),0,(3,2),(2,1),"
        + "False,<collections.OrderedDict>())")
  }

  @Test func `an unknown class with the state of a module is an instance`() throws {
    for file in ["unknown-module-2", "unknown-module-reconstructed-2"] {
      let graph = try read(Fixtures.bytes("pickle/accepts/\(file).pkl"))
      let found = try #require(graph.imports.first { $0.symbol.name == "Thing" })
      #expect(found.verdict == .instance)
      #expect(found.uses == .instantiated)
      guard case .object(let object) = graph[graph.root] else {
        Issue.record("the root is no object")
        return
      }
      #expect(object.isInstance)
      #expect(object.symbol == found.symbol)
    }
  }

  @Test func `Python 2 strings are text if they are UTF-8 and bytes otherwise`() throws {
    let graph = try read(Fixtures.bytes("pickle/accepts/python2-strings-2.pkl"))
    #expect(graph.rendered() == "[str 616263,bytes ff00]")
  }

  @Test func `numbers in text form are read`() throws {
    let graph = try read(Fixtures.bytes("pickle/accepts/text-numbers-2.pkl"))
    #expect(graph.rendered() == "[True,False,-7,12,float 3ff8000000000000,float 3ff8000000000000]")
  }

  @Test func `integers of the same value are equal however they are padded`() throws {
    #expect(try read(program("\u{8A}\u{3}\u{5}\0\0")).rendered() == "5")
    #expect(try read(program("\u{8A}\u{3}\u{FE}\u{FF}\u{FF}")).rendered() == "-2")
    #expect(try read(program("\u{8A}\0")).rendered() == "0")
    #expect(try read(program("\u{8A}\u{2}\u{FF}\0")).rendered() == "255")
  }

  @Test func `a pickle that begins later in the bytes is read from there`() throws {
    let bytes = Array("junk".utf8) + program("]") + program("}")
    var audit = Audit()
    let graph = try PickleMachine.run(
      bytes.span.bytes, from: 4, policy: { _ in .unknown }, audit: &audit)
    #expect(graph.rendered() == "[]")
    #expect(graph.endOffset == 8)
    #expect(graph.protocolVersion == 2)
  }

  @Test func `the last value wins when a repeated key is tolerated`() throws {
    var audit = Audit(leniency: ["P30"])
    let bytes = try Fixtures.bytes("pickle/rejects/P30-string-twice.pkl")
    #expect(try read(bytes, audit: &audit).rendered() == "{str 77:None}")
    #expect(audit.warnings.map(\.rule.id) == ["P30"])
  }

  @Test(arguments: [
    "P02-import-as-value", "P06-newobj-plain-state", "P16-trailing-zeros", "P17-second-pickle",
    "P18-missing", "P18-version-99", "P30-one-and-true", "P40-unlisted-call",
  ])
  func `a relaxed rule lets the file in with a warning`(file: String) throws {
    var audit = Audit(leniency: [String(file.prefix(3))])
    _ = try read(Fixtures.bytes("pickle/rejects/\(file).pkl"), audit: &audit)
    #expect(audit.warnings.map(\.rule.id) == [String(file.prefix(3))])
  }

  @Test(arguments: ["P01-os-system", "P13-torch-load", "P12-dotted", "P07-reduce-result"])
  func `no leniency lets a dangerous file in`(file: String) throws {
    let everything = Set(PickleRules.all.map(\.id))
    let bytes = try Fixtures.bytes("pickle/rejects/\(file).pkl")
    #expect(rejectingRule(bytes, lenient: everything) == String(file.prefix(3)))
  }

  @Test func `a notorious symbol is refused even if the policy allows it`() throws {
    let bytes = try Fixtures.bytes("pickle/rejects/P01-os-system.pkl")
    var audit = Audit()
    #expect(throws: Rejection.self) {
      try PickleMachine.run(bytes.span.bytes, policy: { _ in .callable }, audit: &audit)
    }
  }

  @Test func `a rejection names the symbol, the opcode and the byte`() throws {
    let bytes = try Fixtures.bytes("pickle/rejects/P40-unlisted-call.pkl")
    let error = #expect(throws: Rejection.self) { try read(bytes) }
    #expect(error?.message == "REDUCE calls helpers.build")
    // PROTO 2, GLOBAL 15, MARK 1, BININT1 2, TUPLE 1: REDUCE is byte 21.
    #expect(error?.place.offset == bytes.firstIndex(of: UInt8(ascii: "R")))
  }

  @Test func `a message does not carry control characters from the file`() throws {
    let error = #expect(throws: Rejection.self) {
      try read(program("cto\u{1B}rch\nload\n"))
    }
    #expect(error?.message.contains("\u{1B}") == false)
  }
}

struct LimitTests {
  private func rule(_ bytes: [UInt8], _ change: (inout PickleLimits) -> Void) -> String? {
    var limits = PickleLimits()
    change(&limits)
    var audit = Audit()
    do throws(Rejection) {
      _ = try PickleMachine.run(
        bytes.span.bytes, policy: TorchPolicy.verdict, limits: limits, audit: &audit)
      return nil
    } catch { return error.rule.id }
  }

  @Test func `each limit holds at its value and not one below it`() {
    let four = program("(NNNt")
    #expect(rule(four) { $0.opcodes = 7 } == nil)
    #expect(rule(four) { $0.opcodes = 6 } == "P23")
    #expect(rule(four) { $0.stackDepth = 4 } == nil)
    #expect(rule(four) { $0.stackDepth = 3 } == "P23")
    let nested = program("]]]aa")
    #expect(rule(nested) { $0.nestingDepth = 2 } == nil)
    #expect(rule(nested) { $0.nestingDepth = 1 } == "P23")
    let text = program("X\u{3}\0\0\0abc")
    #expect(rule(text) { $0.totalStringBytes = 3 } == nil)
    #expect(rule(text) { $0.totalStringBytes = 2 } == "P23")
    let memo = program("]q\u{2}")
    #expect(rule(memo) { $0.memoEntries = 3 } == nil)
    #expect(rule(memo) { $0.memoEntries = 2 } == "P22")
    let pair = program("(NNt")
    #expect(rule(pair) { $0.expandedNodes = 3 } == nil)
    #expect(rule(pair) { $0.expandedNodes = 2 } == "P24")
  }
}

struct HostileCostTests {
  @Test func `a long name that is recalled often is refused before it is hashed`() {
    let name = "X\u{0}\u{10}\0\0" + String(repeating: "a", count: 4096)
    let text = name + "q\0" + String(repeating: "h\0h\0\u{93}0", count: 100)
    #expect(rejectingRule(program(text)) == "P12")
  }

  @Test func `objects that share one module state are judged in linear time`() {
    let entries = (0..<2000).map { "M" + String(UnicodeScalar(UInt8($0 % 256))) + "\u{1}N" }
    let state = "}q\0(" + entries.joined() + "u0"
    let objects = String(repeating: "c__main__\nThing\n)\u{81}h\0b0", count: 2000)
    #expect(rejectingRule(program(state, objects, "N"), lenient: ["P30"]) == "P06")
  }
}
