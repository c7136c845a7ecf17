import Diagnostics
import TensorCore
import TestSupport
import Testing

@testable import Checkpoints

struct StateTests {
  private func number(_ value: UInt8) throws -> TorchValue {
    let tensor = try #require(Tensor(dtype: .u8, shape: .scalar, storage: Storage([value])))
    return .tensor(TorchTensor(content: .dense(tensor), storageKey: nil))
  }

  private func dict(_ entries: KeyValuePairs<String, TorchValue>) -> TorchValue {
    .dict(TorchDict(entries: entries.map { (.string($0.key), $0.value) }))
  }

  @Test func `of two leaves under one name the first stays and a warning names it`() throws {
    var audit = Audit()
    let value = dict(["w": try number(1), "a.b": .int(1), "a": dict(["b": .int(2)])])
    let flat = try StateFlattener.flatten(value, ofInput: 100, audit: &audit)
    #expect(flat.metadata == ["a.b": "1"])
    #expect(audit.warnings.map(\.rule.id) == ["T20"])
    #expect(audit.warnings.first?.message.contains("a.b") == true)
  }

  @Test func `a name takes 4096 bytes and no more`() throws {
    var audit = Audit()
    for (length, isAllowed) in [(4096, true), (4097, false)] {
      let value = dict([String(repeating: "n", count: length): try number(1)])
      let flat = try? StateFlattener.flatten(value, ofInput: 100, audit: &audit)
      #expect((flat != nil) == isAllowed)
    }
  }

  @Test func `the names may take sixty-four times the bytes of a large input`() throws {
    var audit = Audit()
    let items = TorchValue.list(Array(repeating: .int(7), count: 5000))
    let value = dict([String(repeating: "n", count: 4000): items])
    _ = try StateFlattener.flatten(value, ofInput: 400_000, audit: &audit)
    let error = #expect(throws: Rejection.self) {
      try StateFlattener.flatten(value, ofInput: 100, audit: &audit)
    }
    #expect(error?.rule.id == "P24")
  }

  @Test func `a tie that is called format keeps its tensor beside the format's mark`() throws {
    guard case .tensor(let tensor) = try number(3) else { return }
    let checkpoint = Checkpoint(
      format: "pytorch",
      tensors: ["a", "b", "format"].map { NamedTensor(name: $0, content: tensor.content) },
      ties: [["a", "b", "format"]])
    var plan = try ConversionPlan(checkpoint, ConversionOptions())
    plan.dropTies()
    plan.markFormat()
    #expect(plan.items.map(\.name) == ["a", "format"])
    #expect(plan.metadata == ["b": "a", "format": "pt"])
  }

  @Test func `kept codes of two quantized tensors do not collide`() throws {
    let codes = try #require(Tensor(dtype: .i8, shape: .scalar, storage: Storage([1])))
    let scale = try #require(
      Tensor(dtype: .f64, shape: .scalar, storage: Storage([UInt8](repeating: 0, count: 8))))
    let zero = try #require(
      Tensor(dtype: .i64, shape: .scalar, storage: Storage([UInt8](repeating: 0, count: 8))))
    let encoded = try EncodedTensor(
      dtype: .f32, shape: .scalar, encoding: AffineCodes(codeType: .i8, axis: nil),
      components: [
        .init(name: "codes", tensor: codes), .init(name: "scale", tensor: scale),
        .init(name: "zero_point", tensor: zero),
      ])
    let checkpoint = Checkpoint(
      format: "pytorch",
      tensors: ["v", "w"].map { NamedTensor(name: $0, content: .encoded(encoded)) })
    var options = ConversionOptions()
    options.codes = .keep
    let plan = try ConversionPlan(checkpoint, options)
    #expect(
      plan.items.map(\.name) == [
        "v.codes", "v.scale", "v.zero_point", "w.codes", "w.scale", "w.zero_point",
      ])
  }

  private func object(_ name: String) throws -> Checkpoint {
    try Checkpoint.open(Fixtures.path("pytorch/objects/\(name).pt"))
  }

  @Test func `an array that stands for bfloat16 is read as bfloat16`() throws {
    let tensor = try #require(try object("array-for-bf16").tensors.first)
    #expect(tensor.dtype == .bf16)
    var bytes: [UInt8] = []
    try tensor.content.forEachChunk { chunk in bytes += chunk.copied() }
    // By torch.tensor([1, -2.5, 1 + 2**-8, 3e38]).bfloat16().view(torch.int16).
    #expect(bytes == [0x80, 0x3F, 0x20, 0xC0, 0x80, 0x3F, 0x62, 0x7F])
  }

  @Test func `tensors that are attributes of a parameter are left out with a warning`() throws {
    let checkpoint = try object("tensors-in-tensors")
    #expect(checkpoint.tensors.map(\.name) == ["w"])
    #expect(checkpoint.warnings.map(\.rule.id) == ["T21"])
    #expect(checkpoint.warnings.first?.message.hasPrefix("2 tensors") == true)
  }

  @Test func `containers and numbers of Python's own modules are leaves`() throws {
    let checkpoint = try object("standard-containers")
    #expect(checkpoint.tensors.map(\.name) == ["w"])
    #expect(
      checkpoint.metadata == [
        "deque.0": "1", "deque.1": "2", "decimal": "\"<decimal.Decimal>\"",
        "fraction": "\"<fractions.Fraction>\"", "uuid": "\"<uuid.UUID>\"",
      ])
  }
}
