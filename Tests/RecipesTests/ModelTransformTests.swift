@testable import Recipes
import Checkpoints
import Diagnostics
import JSON
import LanguageModels
import TensorCore
import TensorOps
import TestSupport
import Testing
import YAML

struct ModelTransformTests {
  private static let tokens = [1, 5, 9, 2, 7, 3, 3, 8]

  private func model(_ name: String) throws -> (checkpoint: Checkpoint, configuration: JSONValue) {
    let parts = try ModelParts(name)
    let tensors = parts.tensors.sorted { $0.key < $1.key }
      // Narrow floats would be rounded anew.
      .map { NamedTensor(name: $0.key, content: .dense($0.value.cast(to: .f32))) }
    return (Checkpoint(format: "safetensors", tensors: tensors), parts.configuration)
  }

  private func logits(_ checkpoint: Checkpoint, _ configuration: JSONValue) throws -> [Float] {
    try LoadedModel(checkpoint, configuration: configuration).model
      .logits(Self.tokens, observer: nil).floats
  }

  @Test(arguments: ["sort", "hadamard"], ["core_tied", "llama", "qwen3"])
  func `weights change, and what the model computes does not`(id: String, name: String) throws {
    let (checkpoint, configuration) = try model(name)
    let changed = try checkpoint.transformed(by: [id], configuration: configuration)
    try expectSameLogits(checkpoint, changed, configuration)
    #expect(try !areEqual(checkpoint, changed))
  }

  private func expectSameLogits(
    _ one: Checkpoint, _ other: Checkpoint, _ configuration: JSONValue
  ) throws {
    let (before, after) = (try logits(one, configuration), try logits(other, configuration))
    #expect(before.count == after.count)
    let worst = zip(before, after).reduce(0) { max($0, abs($1.0 - $1.1)) }
    // Sums in another order.
    #expect(worst < 2e-4)
  }

  /// Layers whose heads must stay where they are: a gate reads the first of their queries, or value
  /// embeddings are added to their values.
  private static let tied: [String: Set<Int>] = [
    "attn_gate_proj_of_queries": [0, 1, 2], "attn_gate_proj_older_key": [0, 1, 2],
    "value_embeddings": [0, 2], "value_embeddings_without_proj": [1],
    "record_2026_03_22": [2, 4], "record_2026_04_03": [2, 4], "record_2026_04_04": [2, 4],
  ]
  /// GPT-2 and banks, of which a matrix is but a part, have no freedom.
  private static let bound: Set<String> = [
    "gpt2", "gpt2_untied", "banks", "record_2026_03_25", "record_2026_04_10", "record_2026_04_16",
  ]
  private static let free = GoldenModelTests.names.filter { !bound.contains($0) }

  @Test(arguments: free)
  func `heads move with all that is theirs`(name: String) throws {
    var (checkpoint, configuration) = try model(name)
    for index in checkpoint.tensors.indices { try enlargeLaterHeads(&checkpoint.tensors[index]) }
    let changed = try checkpoint.transformed(by: ["sort"], configuration: configuration)
    try expectSameLogits(checkpoint, changed, configuration)
    let pairs = zip(checkpoint.tensors, changed.tensors).filter { isQueries($0.0.name) }
    #expect(!pairs.isEmpty)
    for (old, new) in pairs {
      let layer = try #require(old.name.split(separator: ".").compactMap { Int($0) }.first)
      let isTied = Self.tied[name]?.contains(layer) ?? false
      let (floats, count) = (try old.floats(), try headCount(checkpoint, configuration))
      let width = floats.count / count
      let reversed = (0..<count).reversed().flatMap { floats[($0 * width)..<(($0 + 1) * width)] }
      #expect(try new.floats() == (isTied ? floats : reversed), "\(old.name)")
    }
  }

  private func isQueries(_ name: String) -> Bool {
    name.hasSuffix("c_q.weight") || name.hasSuffix("q_proj.weight")
  }

  private func headCount(_ checkpoint: Checkpoint, _ configuration: JSONValue) throws -> Int {
    let gain = checkpoint.tensors.first { $0.name.hasSuffix("q_gain") }
    return try #require(
      gain?.shape.elementCount ?? configuration["num_attention_heads"]?.integer)
  }

  /// Rows that grow from the first to the last, so that to sort heads turns their order round.
  private func enlargeLaterHeads(_ tensor: inout NamedTensor) throws {
    let isKeys = tensor.name.hasSuffix("c_k.weight") || tensor.name.hasSuffix("k_proj.weight")
    guard isKeys || isQueries(tensor.name) else { return }
    let (floats, columns) = (try tensor.floats(), tensor.shape[1])
    let grown = floats.indices.map {
      floats[$0] * (1 + 3 * Float($0 / columns) / Float(tensor.shape[0]))
    }
    tensor.content = .dense(Tensor(grown, .f32, tensor.shape))
  }

  @Test(arguments: ["qwen2", "llama_biases"])
  func `biases move with their rows`(name: String) throws {
    let (checkpoint, configuration) = try model(name)
    let changed = try checkpoint.transformed(by: ["sort"], configuration: configuration)
    let pairs = zip(checkpoint.tensors, changed.tensors).filter { old, _ in
      ["q_proj.bias", "up_proj.bias"].contains { old.name.hasSuffix($0) }
    }
    #expect(try pairs.contains { try $0.floats() != $1.floats() })
    for (old, new) in pairs { #expect(try old.floats().sorted() == new.floats().sorted()) }
  }

  @Test(arguments: bound)
  func `a model without matrices that may be ordered is an error`(name: String) throws {
    let (checkpoint, configuration) = try model(name)
    let rejection = #expect(throws: Rejection.self) {
      try checkpoint.transformed(by: ["sort"], configuration: configuration)
    }
    #expect(rejection?.rule.id == "R04")
  }

  @Test func `what is drawn is drawn again`() throws {
    let (checkpoint, configuration) = try model("llama")
    let twice = try (0..<2).map { _ in
      try checkpoint.transformed(by: ["hadamard"], configuration: configuration)
    }
    #expect(try areEqual(twice[0], twice[1]))
  }

  private func areEqual(_ one: Checkpoint, _ other: Checkpoint) throws -> Bool {
    try one.compared(with: other).isWithin(0)
  }

  @Test func `a model without the freedom is an error`() throws {
    let (checkpoint, configuration) = try model("gpt2")
    let rejection = #expect(throws: Rejection.self) {
      try checkpoint.transformed(by: ["hadamard"], configuration: configuration)
    }
    #expect(rejection?.rule.id == "R04")
  }

  @Test func `matrices that other names share are left alone`() throws {
    var (checkpoint, configuration) = try model("core_tied")
    checkpoint.ties = ["mlp.proj.weight", "attn.proj.weight"].map { ending in
      checkpoint.tensors.map(\.name).filter { $0.hasSuffix(ending) }
    }
    let rejection = #expect(throws: Rejection.self) {
      try checkpoint.transformed(by: ["sort"], configuration: configuration)
    }
    #expect(rejection?.rule.id == "R04")
  }

  @Test func `an unknown transform is an error`() throws {
    let rejection = #expect(throws: Rejection.self) {
      try QuantizationRecipe(
        try YAMLDocument("method: rtn\ntransforms: [spin]", under: RecipeRules.malformed).json)
    }
    #expect(rejection?.rule.id == "R02")
  }
}
