public import Checkpoints
internal import Diagnostics
public import JSON
internal import Merging
internal import TensorCore
internal import TensorOps

/// An adapter that was made, before it is written.
public struct AdapterDraft: Sendable {
  /// What became of one weight.
  public struct Layer: Sendable {
    /// The weight's name.
    public let name: String
    /// The rank that its factors have.
    public let rank: Int
    /// What they leave out of the change, as a share of its sum of squares; nil where nothing is
    /// left out.
    public let lostShare: Double?
    /// Whether its rows are looked up.
    let isTable: Bool
  }

  /// The weights with factors.
  public let layers: [Layer]
  /// Tensors that take the place of the model's.
  public let replaced: [String]
  /// Tensors that differ between the models and are not in the adapter.
  public let left: [String]
  private let tensors: [NamedTensor]
  /// `adapter_config.json`.
  public let configuration: JSONValue

  /// The name of the configuration's file.
  public static let configurationName = "adapter_config.json"
  /// What the file of weights is called before its ending.
  public static let stem = "adapter_model"

  /// The weights as a checkpoint to write.
  public var checkpoint: Checkpoint {
    Checkpoint(format: "safetensors", tensors: tensors, metadata: ["format": "pt"], path: "")
  }

  /// An adapter of factors, with everything that PEFT wants to know.
  init(
    _ changes: [(layer: Layer, factors: LowRankFactors)], bases: [NamedTensor] = [],
    replacements: [NamedTensor], left: [String], dtype: DType, base: String, names: AdapterNaming
  ) {
    layers = changes.map(\.layer)
    replaced = replacements.map(\.name)
    self.left = left
    tensors =
      changes.flatMap { change in
        names.parts(of: change.layer.name, isTable: change.layer.isTable).map { part in
          NamedTensor(
            name: part.name,
            content: .dense(
              (part.isA ? change.factors.a : change.factors.b).tensor(dtype)))
        }
      }
      + bases.map {
        NamedTensor(
          name: names.path(of: $0.name) + ".base_layer.weight", content: $0.content)
      }
      + replacements.map {
        let isWeight = $0.name.hasSuffix(".weight")
        return NamedTensor(
          name: names.path(of: $0.name) + (isWeight ? ".weight" : ""), content: $0.content)
      }
    configuration = Self.configuration(layers, replaced, base, names)
  }

  private static func configuration(
    _ layers: [Layer], _ replaced: [String], _ base: String, _ names: AdapterNaming
  ) -> JSONValue {
    let rank = layers.map(\.rank).max() ?? 0
    let smaller = layers.filter { $0.rank != rank }.map {
      (key: names.module(of: $0.name), value: JSONValue.integer($0.rank))
    }
    let saved = replaced.map(names.module)
    return [
      "auto_mapping": .null, "base_model_name_or_path": .string(base), "bias": "none",
      "fan_in_fan_out": .bool(names.isTransposed), "inference_mode": true,
      "init_lora_weights": true, "lora_alpha": .integer(rank), "lora_dropout": 0,
      "alpha_pattern": .object(smaller), "rank_pattern": .object(smaller), "r": .integer(rank),
      "modules_to_save": saved.isEmpty ? .null : .array(saved.map(JSONValue.string)),
      "peft_type": "LORA", "revision": .null,
      "target_modules": .array(layers.map { .string(names.module(of: $0.name)) }),
      "task_type": "CAUSAL_LM", "use_dora": false, "use_rslora": false,
    ]
  }
}

/// What the parts of an adapter are called.
struct AdapterNaming: Sendable {
  /// Whether weights lie as GPT-2's do, inputs by rows.
  let isTransposed: Bool
  /// What comes before the names of a checkpoint.
  private let prefix: String
  /// What comes before all names.
  private static let root = "base_model.model."
  /// The head, whose name nothing comes before.
  private static let head = "lm_head."

  /// The names for a model with these tensors.
  init(modelOf names: [String]) {
    // GPT-2's files leave out what its program has before every name but the head's.
    let isGPT2 = names.contains { TensorNames.canonical($0).key == "h.0.attn.c_attn.weight" }
    isTransposed = isGPT2
    let isBare = isGPT2 && !names.contains { $0.hasPrefix(TensorNames.alias) }
    prefix = isBare ? TensorNames.alias : ""
  }

  /// The names that an adapter has itself.
  init(of adapter: LowRankAdapter) {
    isTransposed = adapter.configuration["fan_in_fan_out"] == .bool(true)
    prefix = ""
  }

  /// Whether factors make the transposed weight.
  func isTransposed(_ weight: String) -> Bool {
    TensorNames.isTable(weight) || isTransposed && LayerName(weight).layer != nil
  }

  /// A weight's module, as PEFT's configuration names it.
  func module(of weight: String) -> String {
    let isHead = weight.hasPrefix(Self.head)
    let name = (isHead ? "" : prefix) + weight
    return name.hasSuffix(".weight") ? String(name.dropLast(7)) : name
  }

  /// What comes before the names of a module's tensors.
  func path(of weight: String) -> String { Self.root + module(of: weight) }

  /// The tensors of a weight's factors.
  func parts(of weight: String, isTable: Bool) -> [(name: String, isA: Bool)] {
    let module = path(of: weight)
    return isTable
      ? [(module + ".lora_embedding_A", true), (module + ".lora_embedding_B", false)]
      : [(module + ".lora_A.weight", true), (module + ".lora_B.weight", false)]
  }
}

extension Matrix {
  /// The elements in a type, rounded by way of float32.
  fileprivate func tensor(_ dtype: DType) -> Tensor {
    let floats = Tensor(elements.map(Float.init), .f32, [rowCount, columnCount])
    return dtype == .f32 ? floats : floats.cast(to: dtype)
  }
}
