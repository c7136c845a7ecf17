import Checkpoints
import Diagnostics
import TensorCore
import TestSupport
import Testing

/// Objects of classes that are on no list, and modules of TorchScript.
struct ObjectTests {
  private func open(_ name: String, leniency: Set<String> = []) throws -> Checkpoint {
    try Checkpoint.open(Fixtures.path("pytorch/objects/\(name).pt"), leniency: leniency)
  }

  private func bytes(_ checkpoint: Checkpoint) throws -> [String: [UInt8]] {
    try checkpoint.tensors.reduce(into: [:]) { contents, tensor in
      var bytes: [UInt8] = []
      try tensor.content.forEachChunk { chunk in bytes += chunk.copied() }
      contents[tensor.name] = bytes
    }
  }

  @Test func `objects of a script's classes give their items, attributes and arguments`() throws {
    let checkpoint = try open("unlisted-instances", leniency: ["P06"])
    #expect(
      try bytes(checkpoint) == [
        "plain": [7, 8], "settings.w": [1, 2], "settings.__dict__.extra": [9], "layers.0": [4],
        "pair.0": [6],
      ])
    #expect(
      checkpoint.metadata == ["settings.step": "3", "layers.1": "5", "pair.1": "\"right\""])
  }

  @Test func `calls of a script's classes are refused unless P40 is relaxed`() throws {
    let error = #expect(throws: Rejection.self) { try open("unlisted-calls") }
    #expect(error?.rule.id == "P40")
    let checkpoint = try open("unlisted-calls", leniency: ["P40"])
    #expect(try bytes(checkpoint) == ["plain": [7, 8], "ordered.w": [8, 9]])
    #expect(checkpoint.metadata == ["kind": "\"<script.Kind>\""])
    #expect(checkpoint.warnings.map(\.rule.id) == ["P40", "P40"])
  }

  @Test func `a view of nothing may look beyond its storage`() throws {
    let shapes = try open("empty-views").tensors.map { "\($0.name) \($0.shape)" }
    #expect(shapes == ["w [0]", "beyond [0, 3]"])
  }

  @Test func `a jagged tensor gives its values and offsets`() throws {
    let checkpoint = try open("jagged")
    #expect(
      checkpoint.tensors.map { "\($0.name) \($0.dtype) \($0.shape)" } == [
        "s.values f32 [3]", "s.offsets i64 [3]",
      ])
  }

  @Test func `a dictionary with a default of int is a dictionary`() throws {
    #expect(try open("default-of-int").metadata == ["counts.a": "1"])
  }

  @Test func `the constants of a frozen module are its weights`() throws {
    let checkpoint = try open("frozen")
    #expect(checkpoint.tensors.map(\.name) == ["CONSTANTS.c0"])
    // 1.0 and 2.0, little-endian.
    #expect(try bytes(checkpoint)["CONSTANTS.c0"] == [0, 0, 0x80, 0x3F, 0, 0, 0, 0x40])
    #expect(checkpoint.warnings.map(\.rule.id) == ["Z15"])
  }

  @Test(arguments: ["script", "traced"])
  func `a module of TorchScript has its parameters`(name: String) throws {
    let checkpoint = try open(name)
    #expect(checkpoint.tensors.map(\.name) == ["weight"])
    #expect(checkpoint.warnings.map(\.rule.id) == ["Z15"])
  }

  @Test(arguments: ["default-of-int", "empty-views", "frozen", "jagged", "script", "traced"])
  func `a scan finds nothing in what torch saved`(name: String) throws {
    let report = try SafetyReport(scanning: Fixtures.path("pytorch/objects/\(name).pt"))
    #expect(report.verdict == .clean, "\(report.findings)")
  }
}
