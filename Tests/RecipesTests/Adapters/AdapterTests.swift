import Checkpoints
import Diagnostics
import JSON
import Merging
import TensorCore
import TensorOps
import TestSupport
import Testing

@testable import Recipes

/// Adapters against PEFT 0.18.
struct AdapterTests {
  private static func base(_ name: String) throws -> Checkpoint {
    try Checkpoint.open(Fixtures.path("adapters/\(name)/model.safetensors"))
  }

  private static func numbers(_ tensor: NamedTensor) throws -> [Double] {
    try tensor.floats().map(Double.init)
  }

  // MARK: Applying

  @Test(arguments: [
    "plain", "stabilized", "patterns", "table", "kept", "saved", "magnitudes", "conv1d",
  ])
  func `a model with an adapter is PEFT's, rounded once`(name: String) throws {
    let base = try Self.base(name)
    let adapter = try LowRankAdapter.open(Fixtures.path("adapters/\(name)"))
    let merged = try base.applying(adapter)
    let wanted = try Checkpoint.open(Fixtures.path("adapters/\(name)/merged.safetensors"))
    var changed = 0
    for (own, before) in zip(merged.tensors, base.tensors) {
      let expected = try #require(wanted.tensors.first { $0.name == own.name })
      let (numbers, theirs) = (try own.floats(), try Self.doubles(expected))
      #expect(own.dtype == .f32 && own.shape == expected.shape)
      for (own, wanted) in zip(numbers, theirs) {
        #expect(abs(Double(own) - wanted) <= 0x1p-24 * abs(wanted) + 1e-12, "\(expected.name)")
      }
      changed += try numbers == before.floats() ? 0 : 1
    }
    #expect(changed >= adapter.changes.count)
  }

  private static func doubles(_ tensor: NamedTensor) throws -> [Double] {
    let storage = try #require(tensor.content.contiguousStorage)
    return storage.bytes.withUnsafeBytes { bytes in
      (0..<tensor.shape.elementCount).map {
        bytes.loadUnaligned(fromByteOffset: $0 * 8, as: Double.self)
      }
    }
  }

  @Test func `an adapter of another model is refused`() throws {
    let adapter = try LowRankAdapter.open(Fixtures.path("adapters/plain"))
    let error = #expect(throws: Rejection.self) {
      try Self.base("conv1d").applying(adapter)
    }
    #expect(error?.rule.id == "J02")
  }

  // MARK: Merging

  @Test(arguments: [AdapterMerge.Way.cat, .svd, .linear])
  func `products of merged adapters are PEFT's`(way: AdapterMerge.Way) throws {
    let folder = way == .svd ? "adapters/even" : "adapters/pair"
    let adapters = try ["first", "second"].map {
      try LowRankAdapter.open(Fixtures.path("\(folder)/\($0)"))
    }
    var merge = AdapterMerge()
    merge.way = way
    if way == .svd { merge.rank = 2 }
    let draft = try merge.run(adapters, weights: [0.7, 0.4])
    let ranks: [AdapterMerge.Way: Int] = [.cat: 6, .svd: 2, .linear: 3]
    #expect(draft.layers.count == 2 && draft.layers.allSatisfy { $0.rank == ranks[way] })
    let made = try LowRankAdapter(draft.checkpoint, draft.configuration, path: "made")
    let wanted = try Checkpoint.open(Fixtures.path("\(folder)/weighted.safetensors"))
    for (name, change) in made.changes {
      let product = try change.factors().product.elements
      let module = name.dropLast(".weight".count)
      let theirs = try #require(wanted.tensors.first { $0.name == "\(way.rawValue).\(module)" })
      for (own, wanted) in zip(product, try Self.numbers(theirs)) {
        #expect(abs(own - wanted) <= 2e-6, "\(name)")
      }
    }
  }

  // MARK: Extracting

  @Test(arguments: ["plain", "table", "conv1d"])
  func `an extracted adapter gives the model back`(name: String) throws {
    let base = try Self.base(name)
    let adapter = try LowRankAdapter.open(Fixtures.path("adapters/\(name)"))
    let model = try base.applying(adapter)
    var extraction = AdapterExtraction()
    (extraction.rank, extraction.includesTables) = (3, true)
    let draft = try extraction.run(model, base: base)
    #expect(draft.layers.map(\.name).sorted() == adapter.changes.keys.sorted())
    #expect(draft.layers.allSatisfy { $0.lostShare ?? 1 < 1e-9 } && draft.left.isEmpty)
    let again = try base.applying(
      LowRankAdapter(draft.checkpoint, draft.configuration, path: "made"))
    for (own, wanted) in zip(again.tensors, model.tensors) {
      for (own, wanted) in zip(try own.floats(), try wanted.floats()) {
        #expect(abs(own - wanted) <= 1e-6, "\(name)")
      }
    }
  }

  @Test func `what an adapter cannot change is told, or kept whole`() throws {
    let base = try Self.base("plain")
    var model = base
    let place = try #require(base.tensors.firstIndex { $0.name == "model.norm.weight" })
    model.tensors[place].content = .dense(
      Tensor([Float](repeating: 2, count: 8), .f32, [8]))
    let head = try #require(base.tensors.firstIndex { $0.name == "lm_head.weight" })
    model.tensors[head].content = .dense(
      Tensor((0..<88).map { Float($0) }, .f32, [11, 8]))
    let query = try #require(base.tensors.firstIndex { $0.name.contains("q_proj") })
    model.tensors[query].content = .dense(Tensor((0..<64).map { Float($0) }, .f32, [8, 8]))
    var extraction = AdapterExtraction()
    extraction.savedPatterns = ["lm_head*"]
    let draft = try extraction.run(model, base: base)
    #expect(draft.left == ["model.norm.weight"] && draft.replaced == ["lm_head.weight"])
  }

  @Test func `names of GPT-2's files are those of its program in an adapter`() throws {
    func model(_ number: Float) -> Checkpoint {
      let matrix = Tensor((0..<12).map { number * Float($0 * $0) }, .f32, [3, 4])
      return Checkpoint(
        format: "safetensors",
        tensors: ["h.0.attn.c_attn.weight", "wte.weight", "lm_head.weight"].map {
          NamedTensor(name: $0, content: .dense(matrix))
        })
    }
    var extraction = AdapterExtraction()
    extraction.savedPatterns = ["lm_head*", "wte*"]
    let draft = try extraction.run(model(2), base: model(1))
    let prefix = "base_model.model."
    let layer = prefix + "transformer.h.0.attn.c_attn"
    #expect(
      draft.checkpoint.tensors.map(\.name).sorted()
        == [
          prefix + "lm_head.weight", layer + ".lora_A.weight", layer + ".lora_B.weight",
          prefix + "transformer.wte.weight",
        ].sorted())
    #expect(draft.configuration["fan_in_fan_out"] == .bool(true))
  }

  @Test func `equal models have no adapter`() throws {
    let base = try Self.base("plain")
    let error = #expect(throws: Rejection.self) { try AdapterExtraction().run(base, base: base) }
    #expect(error?.rule.id == "J04")
  }

  @Test func `what differs in float64 only is found`() throws {
    let numbers = (0..<6).map { 1 + Double($0) }
    let base = Checkpoint(
      format: "safetensors",
      tensors: [NamedTensor(name: "q.weight", content: .dense(Tensor(numbers, .f64, [2, 3])))])
    var model = base
    model.tensors[0].content = .dense(Tensor(numbers.map { $0 + 1e-9 }, .f64, [2, 3]))
    let draft = try AdapterExtraction().run(model, base: base)
    #expect(draft.layers.map(\.rank) == [1])
  }

  @Test func `a tensor that only one of the models has is told`() throws {
    let base = try Self.base("plain")
    var model = base
    model.tensors.append(
      NamedTensor(name: "extra.weight", content: .dense(Tensor([1] as [Float], .f32, [1]))))
    for (one, other) in [(model, base), (base, model)] {
      let error = #expect(throws: Rejection.self) {
        try AdapterExtraction().run(one, base: other)
      }
      #expect(error?.rule.id == "J02" && error?.message.contains("extra.weight") == true)
    }
  }

  // MARK: Shared weights

  /// A model whose head shares the embedding's elements, and an adapter of one of them.
  private func tied(_ part: String) throws -> (base: Checkpoint, adapter: LowRankAdapter) {
    let table = Tensor((0..<6).map { Float($0) }, .f32, [3, 2])
    let names = ["model.embed_tokens.weight", "lm_head.weight"]
    let base = Checkpoint(
      format: "safetensors", tensors: names.map { NamedTensor(name: $0, content: .dense(table)) },
      ties: [names])
    let prefix = "base_model.model."
    let isTable = part == "model.embed_tokens"
    let (a, b) =
      isTable ? ("lora_embedding_A", "lora_embedding_B") : ("lora_A.weight", "lora_B.weight")
    let factors = [
      ("\(prefix)\(part).\(a)", isTable ? [1, 3] : [1, 2]),
      ("\(prefix)\(part).\(b)", isTable ? [2, 1] : [3, 1]),
    ].map { name, shape in
      NamedTensor(
        name: name,
        content: .dense(Tensor([Float](repeating: 1, count: shape.reduce(1, *)), .f32, shape)))
    }
    let adapter = try LowRankAdapter(
      Checkpoint(format: "safetensors", tensors: factors),
      ["peft_type": "LORA", "lora_alpha": 1], path: "adapter")
    return (base, adapter)
  }

  @Test(arguments: ["model.embed_tokens", "lm_head"])
  func `all names of a changed weight have the change`(part: String) throws {
    let (base, adapter) = try tied(part)
    let changed = try base.applying(adapter)
    for tensor in changed.tensors {
      #expect(try tensor.floats() == [1, 2, 3, 4, 5, 6], "\(tensor.name)")
    }
    #expect(changed.ties == base.ties)
  }

  @Test(arguments: ["model.embed_tokens", "lm_head"])
  func `a name that a file only notes is changed with the tensor that it has`(
    part: String
  ) throws {
    var (base, adapter) = try tied(part)
    base.tensors.removeAll { $0.name == "lm_head.weight" }
    base.metadata["lm_head.weight"] = "model.embed_tokens.weight"
    let changed = try base.applying(adapter)
    #expect(changed.tensors.map(\.name) == ["model.embed_tokens.weight"])
    #expect(try changed.tensors[0].floats() == [1, 2, 3, 4, 5, 6])
    // What is written has the form that the input has.
    let folder = try TemporaryFolder()
    _ = try changed.convert(to: folder.path("out.safetensors"), ConversionOptions()) { _ in }
    let written = try Checkpoint.open(folder.path("out.safetensors"))
    #expect(written.tensors.map(\.name) == base.tensors.map(\.name))
    #expect(written.metadata["lm_head.weight"] == "model.embed_tokens.weight")
  }

  @Test(arguments: [true, false])
  func `a replaced tensor shares its elements no more`(isNoted: Bool) throws {
    var (base, adapter) = try tied("model.embed_tokens")
    if isNoted {
      base.tensors.removeAll { $0.name == "lm_head.weight" }
      base.metadata["lm_head.weight"] = "model.embed_tokens.weight"
    }
    let head = NamedTensor(
      name: "base_model.model.lm_head.weight",
      content: .dense(Tensor([Float](repeating: 9, count: 6), .f32, [3, 2])))
    adapter = LowRankAdapter(
      changes: adapter.changes, bases: [:], replacements: ["lm_head.weight": head],
      configuration: adapter.configuration, path: "adapter")
    let changed = try base.applying(adapter)
    let numbers = try Dictionary(
      uniqueKeysWithValues: changed.tensors.map { ($0.name, try $0.floats()[0]) })
    #expect(numbers == ["model.embed_tokens.weight": 1, "lm_head.weight": 9])
    #expect(changed.ties.isEmpty && changed.metadata["lm_head.weight"] == nil)
  }

  @Test func `tied weights are extracted once`() throws {
    let (base, adapter) = try tied("model.embed_tokens")
    var extraction = AdapterExtraction()
    extraction.includesTables = true
    let draft = try extraction.run(try base.applying(adapter), base: base)
    #expect(draft.layers.count == 1)
  }

  @Test func `adapters of which nothing is left are refused`() throws {
    let adapter = try LowRankAdapter.open(Fixtures.path("adapters/plain"))
    for weight in [0, 1e300] {
      let error = #expect(throws: Rejection.self) {
        try AdapterMerge().run([adapter, adapter], weights: [weight, weight])
      }
      #expect(error?.rule.id == (weight == 0 ? "J04" : "J05"))
    }
  }

  @Test func `weights that adapters keep are kept, and must be the same`() throws {
    let adapter = try LowRankAdapter.open(Fixtures.path("adapters/kept"))
    let draft = try AdapterMerge().run([adapter, adapter], weights: [1, 1])
    let again = try LowRankAdapter(draft.checkpoint, draft.configuration, path: "made")
    #expect(again.bases.keys.sorted() == adapter.bases.keys.sorted() && !adapter.bases.isEmpty)
    var other = adapter.bases
    for name in other.keys {
      other[name] = NamedTensor(
        name: name, content: .dense(Tensor([Float](repeating: 0, count: 88), .f32, [11, 8])))
    }
    let stranger = LowRankAdapter(
      changes: adapter.changes, bases: other, replacements: [:],
      configuration: adapter.configuration, path: "other")
    let error = #expect(throws: Rejection.self) {
      try AdapterMerge().run([adapter, stranger], weights: [1, 1])
    }
    #expect(error?.rule.id == "J02")
  }

  // MARK: Kinds of weights

  @Test(arguments: [
    ("embed_out", "lora_A.weight", "lora_B.weight"),
    ("shared", "lora_embedding_A", "lora_embedding_B"),
  ])
  func `factors stay what they were, whatever a weight is called`(
    module: String, a: String, b: String
  ) throws {
    let tensors = [(a, [Float(1), 2]), (b, [3, 4])].map { part, numbers in
      NamedTensor(
        name: "base_model.model.\(module).\(part)",
        content: .dense(Tensor(numbers, .f32, part == a ? [1, 2] : [2, 1])))
    }
    let adapter = try LowRankAdapter(
      Checkpoint(format: "safetensors", tensors: tensors), ["peft_type": "LORA", "lora_alpha": 1],
      path: "adapter")
    let draft = try AdapterMerge().run([adapter], weights: [1])
    #expect(draft.checkpoint.tensors.map(\.name) == tensors.map(\.name))
  }

  @Test(arguments: [DType.f8e4m3, .f8e5m2])
  func `weights of eight bits are refused`(dtype: DType) throws {
    let bytes = [UInt8](repeating: 0, count: 64)
    let shape = try #require(Shape([8, 8]))
    let tensor = try #require(Tensor(dtype: dtype, shape: shape, storage: Storage(bytes)))
    var base = try Self.base("plain")
    let place = try #require(
      base.tensors.firstIndex { $0.name == "model.layers.0.self_attn.q_proj.weight" })
    base.tensors[place].content = .dense(tensor)
    let adapter = try LowRankAdapter.open(Fixtures.path("adapters/plain"))
    let error = #expect(throws: Rejection.self) { try base.applying(adapter) }
    #expect(error?.rule.id == "J02")
  }

  @Test func `factors that are not finite are refused`() throws {
    let tensors = [("lora_A.weight", [Float.nan, 1]), ("lora_B.weight", [1, 1])].map {
      NamedTensor(
        name: "base_model.model.q.\($0.0)",
        content: .dense(Tensor($0.1, .f32, $0.0 == "lora_A.weight" ? [1, 2] : [2, 1])))
    }
    let adapter = try LowRankAdapter(
      Checkpoint(format: "safetensors", tensors: tensors), ["peft_type": "LORA", "lora_alpha": 1],
      path: "adapter")
    for way in AdapterMerge.Way.allCases {
      var merge = AdapterMerge()
      (merge.way, merge.rank) = (way, way == .svd ? 1 : nil)
      let error = #expect(throws: Rejection.self) {
        try merge.run([adapter, adapter], weights: [1, 1])
      }
      #expect(error?.rule.id == "J05")
    }
  }

  // MARK: Bad input

  @Test(arguments: [
    ("{}", "J01"), (#"{"peft_type": "IA3"}"#, "J03"),
    (#"{"peft_type": "LORA"}"#, "J01"), (#"{"peft_type": "LORA", "lora_alpha": "x"}"#, "J01"),
    (#"{"peft_type": "LORA", "lora_alpha": 1, "layer_replication": [[0, 4]]}"#, "J03"),
    (#"{"peft_type": "LORA", "lora_alpha": 1, "use_dora": true}"#, "J01"),
    (#"{"peft_type": "LORA", "lora_alpha": 1, "init_lora_weights": "pissa"}"#, "J03"),
    (#"{"peft_type": "LORA", "lora_alpha": 1, "alpha_pattern": {"q_proj": "2"}}"#, "J01"),
    (#"{"peft_type": "LORA", "lora_alpha": 1, "alpha_pattern": {"(a|b)": 2}}"#, "J03"),
    ("[", "J01"),
  ])
  func `a configuration that means something else is refused`(text: String, rule: String) throws {
    let folder = try TemporaryFolder()
    let weights = try Fixtures.bytes("adapters/plain/adapter_model.safetensors")
    _ = try folder.write("adapter_model.safetensors", weights)
    _ = try folder.write("adapter_config.json", Array(text.utf8))
    let error = #expect(throws: Rejection.self) { try LowRankAdapter.open(folder.path(".")) }
    #expect(error?.rule.id == rule)
  }

  @Test func `an adapter without one of its files is refused`() throws {
    let folder = try TemporaryFolder()
    #expect(throws: Rejection.self) { try LowRankAdapter.open(folder.path(".")) }
    _ = try folder.write("adapter_config.json", Array("{}".utf8))
    let error = #expect(throws: Rejection.self) { try LowRankAdapter.open(folder.path(".")) }
    #expect(error?.rule.id == "J01")
  }
}
