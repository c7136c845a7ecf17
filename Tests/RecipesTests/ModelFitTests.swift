import Checkpoints
import Diagnostics
import JSON
import LanguageModels
import Recipes
import TensorCore
import TensorOps
import TestSupport
import Testing

/// Tensors that do not make the model of their configuration are named, never computed with.
@Suite struct ModelFitTests {
  @Test(arguments: [
    ("qwen3", "model.layers.1.self_attn.q_norm.weight"),
    ("qwen2", "model.layers.1.self_attn.k_proj.bias"),
    ("llama_biases", "model.layers.0.mlp.up_proj.bias"), ("llama", "lm_head.weight"),
    ("gpt2_untied", "lm_head.weight"), ("core_tied", "skip_weights"),
    ("attn_gate_dense", "blocks.1.attn.attn_gate_w"), ("value_embeddings", "ve_shared.scale"),
  ])
  func `a tensor that only some models have is missed where the configuration says so`(
    model: String, tensor: String
  ) throws {
    var parts = try ModelParts(model)
    let dimensions = try parts.remove(tensor)
    let refusal = try parts.refusal()
    #expect(refusal.rule == "A01")
    #expect(refusal.message.contains("missing: \(tensor) \(dimensions)"))
  }

  @Test(arguments: ["attention_bias", "mlp_bias"])
  func `biases that the configuration asks for must be there`(key: String) throws {
    var parts = try ModelParts("llama")
    parts.set(key, true)
    #expect(try parts.refusal().rule == "A01")
  }

  @Test(arguments: ["attention_bias", "mlp_bias"])
  func `biases that the configuration does not ask for are left over`(key: String) throws {
    var parts = try ModelParts("llama_biases")
    parts.set(key, false)
    #expect(try parts.refusal().message.contains("left over: model.layers."))
  }

  @Test(arguments: ["loops", "loops_of_three", "record_2026_04_05", "record_2026_04_27"])
  func `rows of skips that a plain schedule does not take tell of loops`(model: String) throws {
    var parts = try ModelParts(model)
    parts.set("num_loops", nil)
    let refusal = try parts.refusal()
    #expect(refusal.rule == "A02")
    #expect(refusal.message.contains("skip_weights has") && refusal.message.contains("num_loops"))
  }

  @Test func `skips of positions that recur may be absent`() throws {
    #expect(try ModelParts("recurrence").logits().count == 4 * 64)
  }

  @Test func `a lane that never begins is no reason to leave its tensor out`() throws {
    var parts = try ModelParts("lane_merge")
    parts.set("parallel_start_layer", nil)
    let unread = try parts.refusal()
    #expect(unread.rule == "A01")
    #expect(unread.message.contains("never read: lane_merge (parallel_start_layer is 0)"))
    parts.set("parallel_start_layer", 4)
    #expect(try parts.refusal().rule == "A02")
  }

  @Test func `lambdas without effect may be stored`() throws {
    var parts = try ModelParts("lane_lambdas")
    parts.set("parallel_start_layer", nil)
    #expect(try parts.logits().count == 4 * 64)
    parts.tensors["parallel_post_lambdas"] = nil
    #expect(try parts.refusal().message.contains("never read: parallel_resid_lambdas"))
  }

  @Test func `value embeddings of no layer are never read`() throws {
    var parts = try ModelParts("value_embeddings")
    for key in ["ve_layers", "ve_enabled", "ve_dim"] { parts.set(key, nil) }
    #expect(try parts.refusal().message.contains("never read: ve_shared.embed.weight"))
  }

  @Test(arguments: [
    ("evaluation", "bigram.scale", [7]), ("smear_windowed", "smear_lambda", [5]),
    ("value_embeddings", "ve_shared.scale", [9]), ("lane_merge", "lane_merge", [7]),
    ("lane_merge", "lane_merge", [1, 1]),
  ])
  func `a single number of several elements is misshapen`(
    model: String, tensor: String, dimensions: [Int]
  ) throws {
    var parts = try ModelParts(model)
    parts.add(tensor, dimensions)
    #expect(try parts.refusal().message.contains("misshapen: \(tensor) is \(dimensions) and not"))
  }

  @Test func `a single number may have one axis or none`() throws {
    var parts = try ModelParts("evaluation")
    let number = try #require(parts.tensors["bigram.scale"])
    let before = try parts.logits()
    parts.tensors["bigram.scale"] = number.reshaped([1])
    #expect(try parts.logits() == before)
  }

  @Test(arguments: [
    ("evaluation", ["bigram.embed.weight": [0, 12]]),
    ("bigram_v1", ["bigram_hash.table.weight": [0, 12]]),
    ("evaluation", ["bigram.embed.weight": [41, 0], "bigram.proj.weight": [16, 0]]),
    ("smear_windowed", ["smear_gate.weight": [1, 0]]), ("core_tied", ["tok_emb.weight": [0, 24]]),
    (
      "attn_gate_dense",
      ["blocks.0.attn.attn_gate_w": [4, 0], "blocks.1.attn.attn_gate_w": [4, 0]]
    ),
  ])
  func `tables without elements are refused`(model: String, empty: [String: [Int]]) throws {
    var parts = try ModelParts(model)
    for (name, dimensions) in empty { parts.add(name, dimensions) }
    let refusal = try parts.refusal()
    #expect(refusal.rule == "A01")
    #expect(empty.keys.allSatisfy(refusal.message.contains))
  }

  @Test(arguments: ["blocks.9223372036854775807.x", "blocks.1000000000000.mlp.fc.weight"])
  func `numbers that no layer can have are left over at once`(name: String) throws {
    var parts = try ModelParts("core_tied")
    parts.add(name, [1])
    for layer in 0..<4 { parts.tensors["blocks.\(layer).attn.c_k.weight"] = nil }
    parts.tensors["blocks.0.attn.c_v.weight"] = nil
    let refusal = try parts.refusal()
    #expect(refusal.message.contains("missing: blocks.3.attn.c_k.weight [12, 24]"))
    #expect(refusal.message.contains("left over: \(name)"))
  }

  @Test(arguments: [[100_000_000_000, 0, 4], [1 << 40, 0, 0], [0, 24, 24]])
  func `banks of impossibly many layers or none are left over at once`(dimensions: [Int]) throws {
    var parts = try ModelParts("core_tied")
    parts.tensors["qo_bank"] = Tensor([], dimensions)
    #expect(try parts.refusal().message == "left over: qo_bank")
  }

  @Test func `matrices that are in a bank too are there twice`() throws {
    var parts = try ModelParts("banks")
    parts.add("blocks.1.attn.c_v.weight", [12, 24])
    #expect(try parts.refusal().message.contains("there twice: blocks.1.attn.c_v.weight"))
  }

  @Test func `a tensor with and without the decoder's prefix is there twice`() throws {
    var parts = try ModelParts("gpt2")
    parts.add("ln_f.bias", [24])
    #expect(try parts.refusal().message == "there twice: ln_f.bias and transformer.ln_f.bias")
  }

  @Test func `a bank of pairs has an even number of matrices`() throws {
    var parts = try ModelParts("banks")
    parts.add("qo_bank", [3, 24, 24])
    #expect(try parts.refusal().message.contains("misshapen: qo_bank has 3 matrices"))
  }

  @Test(arguments: [
    "blocks.0.resid_mix", "blocks.0.attn.q_gain", "blocks.0.attn.c_k.weight",
    "blocks.0.mlp.fc.weight",
  ])
  func `a missing tensor is named although it would tell a size`(name: String) throws {
    var parts = try ModelParts("core_tied")
    let dimensions = try parts.remove(name)
    for configuration: JSONValue in [parts.configuration, ["rope_base": 10000]] {
      parts.configuration = configuration
      #expect(try parts.refusal().message == "missing: \(name) \(dimensions)")
    }
  }

  @Test(arguments: [
    ("blocks.0.attn.q_gain", [5]), ("blocks.0.attn.c_k.weight", [17, 24]),
    ("blocks.0.resid_mix", [2, 26]), ("skip_weights", [2, 23]),
  ])
  func `a misshapen tensor is named although it would tell a size`(
    name: String, dimensions: [Int]
  ) throws {
    var parts = try ModelParts("core_tied")
    parts.add(name, dimensions)
    #expect(try parts.refusal().message.hasPrefix("misshapen: \(name) is \(dimensions) and not"))
  }

  @Test func `what would settle a size that nothing tells is named`() throws {
    var parts = try ModelParts("core_tied")
    for layer in 0..<4 { parts.tensors["blocks.\(layer).attn.q_gain"] = nil }
    parts.configuration = ["architecture": "golf-gpt"]
    let refusal = try parts.refusal()
    #expect(refusal.rule == "A01")
    #expect(refusal.message.contains("blocks.0.attn.q_gain [heads], which would settle num_heads"))
  }
}
