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
    let (before, after) = (
      try logits(checkpoint, configuration), try logits(changed, configuration)
    )
    for (before, after) in zip(before, after) { #expect(abs(before - after) < 2e-4) }
    #expect(try !areEqual(checkpoint, changed))
  }

  /// Models whose attention has something that belongs to heads, and whether these may move.
  @Test(arguments: [
    ("core_tied", true), ("one_kv_head", true), ("kv_heads_equal_heads", true),
    ("attn_gate_proj", true), ("attn_gate_dense", true), ("attn_gate_sparse", true),
    ("attn_gate_proj_of_queries", false), ("xsa_last", true), ("partial_rotary", true),
    ("llama", true), ("llama_one_kv_head", true), ("qwen2", false),
    ("qwen3", true), ("mistral", true),
  ])
  func `heads move with all that is theirs`(name: String, areFree: Bool) throws {
    let (checkpoint, configuration) = try model(name)
    let changed = try checkpoint.transformed(by: ["sort"], configuration: configuration)
    let (before, after) = (
      try logits(checkpoint, configuration), try logits(changed, configuration)
    )
    for (before, after) in zip(before, after) { #expect(abs(before - after) < 2e-4) }
    let queries = zip(checkpoint.tensors, changed.tensors).filter { tensor, _ in
      tensor.name.hasSuffix("c_q.weight") || tensor.name.hasSuffix("q_proj.weight")
    }
    let moved = try queries.filter { try $0.floats() != $1.floats() }
    #expect(!queries.isEmpty && moved.isEmpty != areFree)
    for (old, new) in moved {
      #expect(try old.floats().sorted() == new.floats().sorted(), "\(old.name)")
    }
  }

  @Test func `layers with value embeddings keep the order of their heads`() throws {
    let (checkpoint, configuration) = try model("value_embeddings")
    let changed = try checkpoint.transformed(by: ["sort"], configuration: configuration)
    let (before, after) = (
      try logits(checkpoint, configuration), try logits(changed, configuration)
    )
    for (before, after) in zip(before, after) { #expect(abs(before - after) < 2e-4) }
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
