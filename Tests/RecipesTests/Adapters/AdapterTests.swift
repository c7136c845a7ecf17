import Checkpoints
import Diagnostics
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
    "plain", "stabilized", "patterns", "table", "saved", "magnitudes", "conv1d",
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
    var extraction = AdapterExtraction()
    extraction.savedPatterns = ["lm_head*"]
    let draft = try extraction.run(model, base: base)
    #expect(draft.left == ["model.norm.weight"] && draft.replaced == ["lm_head.weight"])
  }

  @Test func `equal models have no adapter`() throws {
    let base = try Self.base("plain")
    let error = #expect(throws: Rejection.self) { try AdapterExtraction().run(base, base: base) }
    #expect(error?.rule.id == "J04")
  }

  // MARK: Bad input

  @Test(arguments: [
    ("{}", "J01"), (#"{"peft_type": "IA3"}"#, "J03"),
    (#"{"peft_type": "LORA"}"#, "J01"), (#"{"peft_type": "LORA", "lora_alpha": "x"}"#, "J01"),
    (#"{"peft_type": "LORA", "lora_alpha": 1, "layer_replication": [[0, 4]]}"#, "J03"),
    (#"{"peft_type": "LORA", "lora_alpha": 1, "use_dora": true}"#, "J01"),
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
