import Diagnostics
import Glibc
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
    let longest = dict([String(repeating: "n", count: 4096): try number(1)])
    #expect(try StateFlattener.flatten(longest, ofInput: 100, audit: &audit).tensors.count == 1)
    let longer = dict([String(repeating: "n", count: 4097): try number(1)])
    let error = #expect(throws: Rejection.self) {
      try StateFlattener.flatten(longer, ofInput: 100, audit: &audit)
    }
    #expect(error?.rule.id == "T23")
  }

  @Test func `the names may take sixty-four times the bytes of a large input`() throws {
    var audit = Audit()
    let thousand = TorchValue.list(Array(repeating: .int(7), count: 1000))
    let items = TorchValue.list(Array(repeating: thousand, count: 5))
    let value = dict([String(repeating: "n", count: 4000): items])
    _ = try StateFlattener.flatten(value, ofInput: 400_000, audit: &audit)
    let error = #expect(throws: Rejection.self) {
      try StateFlattener.flatten(value, ofInput: 100, audit: &audit)
    }
    #expect(error?.rule.id == "P24")
  }

  @Test func `a list of more than 1024 leaves is one text, a shorter one has a name for each`()
    throws
  {
    var audit = Audit()
    let numbers = (0..<1025).map { TorchValue.int(Int64($0)) }
    let value = dict([
      "w": try number(1), "long": .list(numbers), "short": .tuple([.none, .int(1)]),
    ])
    let found = try StateFlattener.flatten(value, ofInput: 100, audit: &audit).metadata
    #expect(found.keys == ["long", "short.0", "short.1"])
    let text = "[" + (0..<1025).map(String.init).joined(separator: ",") + "]"
    #expect(found["long"] == text)
  }

  @Test func `a long list with a tensor in it has a name for each`() throws {
    var audit = Audit()
    let items = (0..<1025).map { TorchValue.int(Int64($0)) } + [try number(1)]
    let flat = try StateFlattener.flatten(.list(items), ofInput: 100, audit: &audit)
    #expect(flat.metadata.count == 1025)
    #expect(flat.tensors.map(\.name) == ["1025"])
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

  private func numbers(_ checkpoint: Checkpoint) throws -> [String: [UInt8]] {
    try checkpoint.tensors.reduce(into: [:]) { contents, tensor in
      var bytes: [UInt8] = []
      try tensor.content.forEachChunk { chunk in bytes += chunk.copied() }
      contents[tensor.name] = bytes
    }
  }

  @Test func `a storage that is kept for itself is a tensor of one axis`() throws {
    let checkpoint = try object("storages")
    let facts = try checkpoint.facts().mapValues { "\($0.dtype) \($0.shape)" }
    #expect(
      facts == [
        "w": "F32 [4]", "untyped": "U8 [4]", "typed": "F32 [3]", "list.0": "I64 [1]",
        "tuple.0": "U8 [2]",
      ])
    let numbers = try numbers(checkpoint)
    #expect(numbers["untyped"] == [1, 0, 2, 0])
    #expect(numbers["typed"] == [0, 0, 0x80, 0x3F, 0, 0, 0, 0x40, 0, 0, 0x40, 0x40])
    #expect(numbers["list.0"] == [7, 0, 0, 0, 0, 0, 0, 0])
    #expect(numbers["tuple.0"] == [5, 6])
    #expect(checkpoint.metadata == ["tuple.1": "1"])
    #expect(checkpoint.warnings.isEmpty)
  }

  @Test func `a storage that is all of a file is its tensor`() throws {
    #expect(try object("bare-storage").facts()["tensor"]?.shape == [3])
  }

  @Test func `keys of bytes are called as Python prints them`() throws {
    // By repr() of each key.
    #expect(
      try object("keys-of-bytes").tensors.map(\.name)
        == ["b'k'", "b\"it's\"", "b'\\x00\\xff\\n\\\\'"])
  }

  @Test func `a device keeps its number`() throws {
    #expect(try object("devices").metadata == ["gpu": "\"cuda:1\"", "cpu": "\"cpu\""])
  }

  @Test func `half and unsigned scalars of NumPy keep their values`() throws {
    #expect(try object("scalars").metadata == ["half": "1.5", "long": "18446744073709551615"])
  }

  /// The processor time of this thread for claiming a byte at each of `offsets`.
  private func nanoseconds(
    _ builder: inout TorchTensorBuilder, claiming offsets: Range<Int>
  ) throws -> Int {
    let bytes = Storage([UInt8](repeating: 0, count: 1 << 16))
    let layouts = try offsets.map { try #require(Layout(shape: .scalar, strides: [], offset: $0)) }
    var (start, end) = (timespec(), timespec())
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &start)
    for layout in layouts {
      try builder.claim(layout, TorchElementType(dtype: .u8), of: "0", bytes)
    }
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &end)
    return (end.tv_sec - start.tv_sec) * 1_000_000_000 + end.tv_nsec - start.tv_nsec
  }

  // Were each view to copy those before it, the last ones would take thirty times as long.
  @Test func `a view costs no more after thirty thousand views of its storage`() throws {
    var builder = TorchTensorBuilder(source: EmptyStorageSource(fileByteCount: 1 << 16))
    let first = try nanoseconds(&builder, claiming: 0..<2_000)
    _ = try nanoseconds(&builder, claiming: 2_000..<30_000)
    #expect(try nanoseconds(&builder, claiming: 30_000..<32_000) < 5 * first)
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
