import Checkpoints
import Diagnostics
import JSON
import LanguageModels
import Recipes
import TensorCore
import TensorOps
import TestSupport
import Testing

/// What configurations say, beside what tensors say.
@Suite struct ModelConfigurationTests {
  @Test(
    arguments: [
      ("skip_gates_enabled", true), ("smear_gate_enabled", 1), ("ve_enabled", true),
      ("bigram_vocab_size", 512), ("parallel_residual_start", -2), ("ve_layers", [1, 1]),
    ] as [(String, JSONValue)])
  func `what is stated and not there is a contradiction`(key: String, value: JSONValue) throws {
    var parts = try ModelParts("core_tied")
    parts.set(key, value)
    let refusal = try parts.refusal()
    #expect(refusal.rule == "A02" && refusal.message.contains(key))
  }

  @Test(
    arguments: [
      ("skip_gates", "skip_gates_enabled", false), ("bigram_v2", "bigram_vocab_size", 0),
      ("bigram_v2", "bigram_dim", 13), ("value_embeddings", "ve_enabled", false),
      ("value_embeddings", "ve_dim", 11), ("smear_windowed", "gate_window", 13),
      ("smear_windowed", "smear_gate_enabled", false),
    ] as [(String, String, JSONValue)])
  func `what is there and stated otherwise is a contradiction`(
    model: String, key: String, value: JSONValue
  ) throws {
    var parts = try ModelParts(model)
    parts.set(key, value)
    let refusal = try parts.refusal()
    #expect(refusal.rule == "A02" && refusal.message.contains(key))
  }

  @Test func `sizes of what is switched off mean nothing`() throws {
    var parts = try ModelParts("core_tied")
    let plain = try parts.logits()
    for (key, value) in [
      ("bigram_vocab_size", 0), ("bigram_dim", 128), ("gate_window", 12), ("ve_enabled", false),
      ("ve_dim", 128), ("ve_layers", "9,10"), ("smear_gate_enabled", false),
    ] as [(String, JSONValue)] {
      parts.set(key, value)
    }
    #expect(try parts.logits() == plain)
  }

  @Test func `a layer number beyond all layers is none of them`() throws {
    var parts = try ModelParts("core_tied")
    let plain = try parts.logits()
    parts.set("parallel_residual_start", .integer(.max))
    #expect(try parts.logits() == plain)
  }

  @Test(arguments: [("llama", "llama"), ("gpt2", "gpt2"), ("qwen3", "qwen3")])
  func `an architecture may be named by its id`(model: String, id: String) throws {
    var parts = try ModelParts(model)
    let plain = try parts.logits()
    parts.set("model_type", nil)
    parts.set("architecture", .string(id))
    #expect(try parts.logits() == plain)
  }

  @Test(arguments: ["module.", "_orig_mod.", "state_dict.", "model.", "module._orig_mod."])
  func `names with a prefix in common are those behind it`(prefix: String) throws {
    for model in ["llama", "llama_tied", "gpt2", "core_tied"] {
      var parts = try ModelParts(model)
      let plain = try parts.logits()
      let wrapped = parts.tensors.map { (prefix + $0, $1) }
      parts.tensors = Dictionary(uniqueKeysWithValues: wrapped)
      #expect(try parts.logits() == plain)
    }
  }

  @Test func `the decoder without its head has names without the model's prefix`() throws {
    var parts = try ModelParts("llama_tied")
    let plain = try parts.logits()
    let bare = parts.tensors.map { (String($0.dropFirst("model.".count)), $1) }
    parts.tensors = Dictionary(uniqueKeysWithValues: bare)
    #expect(try parts.logits() == plain)
  }

  @Test func `of two models in one file none is chosen`() throws {
    var parts = try ModelParts("core_tied")
    parts.configuration = .object([])
    let both = ["ema.", "model."].flatMap { prefix in parts.tensors.map { (prefix + $0, $1) } }
    parts.tensors = Dictionary(uniqueKeysWithValues: both)
    let refusal = try parts.refusal()
    #expect(refusal.rule == "A03" && refusal.message.contains("below ema. and model."))
  }

  @Test func `tied embeddings may be stored under either name`() throws {
    for (model, embedding) in [
      ("llama_tied", "model.embed_tokens.weight"), ("gpt2", "transformer.wte.weight"),
    ] {
      var parts = try ModelParts(model)
      let plain = try parts.logits()
      parts.tensors["lm_head.weight"] = parts.tensors[embedding]
      #expect(try parts.logits() == plain)
      parts.tensors[embedding] = nil
      #expect(try parts.logits() == plain)
    }
  }

  @Test func `a name that a file only notes as a tie has the elements of the other`() throws {
    let parts = try ModelParts("llama_tied")
    let embedding = "model.embed_tokens.weight"
    let names = parts.tensors.keys.sorted()
    let checkpoint = Checkpoint(
      format: "safetensors",
      tensors: try names.map { name in
        NamedTensor(
          name: name == embedding ? "lm_head.weight" : name,
          content: .dense(try #require(parts.tensors[name])))
      }, ties: [["lm_head.weight", embedding]])
    let loaded = try LoadedModel(checkpoint, configuration: parts.configuration)
    #expect(try loaded.model.logits([1, 5, 9, 2], observer: nil).floats == parts.logits())
  }

  /// What a configuration of Llama's relatives is refused for, each alone.
  @Test(
    arguments: [
      ("layer_types", ["chunked_attention", "full_attention"], "chunked_attention"),
      ("layer_types", "full", "layer_types has to be a list"),
      ("layer_types", ["sliding_attention", "full_attention"], "use_sliding_window"),
      ("rope_parameters", "x", "rope_parameters has to be an object"),
      ("rope_parameters", ["rope_type": "yarn"], "yarn"),
      ("rope_parameters", ["rope_type": "linear", "factor": 0], "factor"),
      ("rope_parameters", ["rope_theta": 0], "rope_theta"),
      ("hidden_act", "gelu", "hidden_act gelu is not supported"),
      ("num_key_value_heads", 3, "num_key_value_heads 3"), ("head_dim", 7, "7 channels"),
      ("num_hidden_layers", 5000, "num_hidden_layers 5000"), ("rms_norm_eps", -1, "rms_norm_eps"),
    ] as [(String, JSONValue, String)])
  func `each impossible key of Llama has a message of its own`(
    key: String, value: JSONValue, message: String
  ) throws {
    var parts = try ModelParts("llama")
    parts.set(key, value)
    let refusal = try parts.refusal()
    #expect(refusal.rule == "A02" && refusal.message.contains(message), "\(refusal.message)")
  }

  @Test(
    arguments: [
      ("n_layer", 5000, "n_layer 5000"), ("n_head", 5, "n_head 5"),
      ("activation_function", "mish", "activation_function mish"),
    ] as [(String, JSONValue, String)])
  func `each impossible key of GPT-2 has a message of its own`(
    key: String, value: JSONValue, message: String
  ) throws {
    var parts = try ModelParts("gpt2")
    parts.set(key, value)
    let refusal = try parts.refusal()
    #expect(refusal.rule == "A02" && refusal.message.contains(message), "\(refusal.message)")
  }
}
