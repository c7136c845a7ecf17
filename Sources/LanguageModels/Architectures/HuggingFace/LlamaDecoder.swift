public import Diagnostics
public import JSON
public import TensorCore
public import TensorOps

/// Llama and those built like it.
public enum LlamaArchitecture: Architecture {
  /// How configurations and the command line call it.
  public static let id = "llama"
  /// What it is, in one line.
  public static let summary = "Llama, Mistral, Qwen2 and Qwen3 as transformers saves them"
  /// Where it is defined.
  public static let reference = "https://arxiv.org/abs/2302.13971"

  /// The embedding, in the model with a head and in that without.
  public static let landmarks = ["model.embed_tokens.weight", "embed_tokens.weight"]

  /// Whether the configuration, or names and shapes alone, are those of this kind.
  public static func recognizes(_ configuration: JSONValue?, _ shapes: [String: [Int]]) -> Bool {
    let stated = configuration?["architecture"] ?? configuration?["model_type"]
    return LlamaConfiguration.Kind(rawValue: stated?.string ?? "") != nil
  }

  /// The model. Throws A01 and A02 where tensors and configuration do not fit.
  public static func open<Value: TensorValue>(
    _ tensors: [String: Tensor], _ configuration: JSONValue?, arithmetic: DType,
    making: ValueMaker<Value>
  ) throws(Rejection) -> any LanguageModel<Value> {
    try LlamaDecoder(
      tensors, LlamaConfiguration(configuration ?? .null), arithmetic: arithmetic, making: making)
  }
}

/// A decoder with RMS norms before its branches, rotary positions and a gated MLP (Touvron et al.
/// 2023).
struct LlamaDecoder<Value: TensorValue>: LanguageModel {
  private let configuration: LlamaConfiguration
  private let parameters: Parameters<Value>
  /// What the file calls the tensors.
  private let storedNames: [String: String]

  init(
    _ tensors: [String: Tensor], _ configuration: LlamaConfiguration, arithmetic: DType,
    making: ValueMaker<Value>
  ) throws(Rejection) {
    self.configuration = configuration
    storedNames = Self.storedNames(tensors, configuration)
    let own = storedNames.compactMapValues { tensors[$0] }
    let wanted = configuration.wanted(hasHead: own["lm_head.weight"] != nil)
    parameters = try Parameters(own, wanted: wanted, arithmetic: arithmetic, making: making) {
      $0.hasSuffix("rotary_emb.inv_freq")
    }
  }

  /// The names by those of the model with a head. Of tied ones either may be stored.
  private static func storedNames(
    _ tensors: [String: Tensor], _ configuration: LlamaConfiguration
  ) -> [String: String] {
    let isHeadless = tensors["embed_tokens.weight"] != nil
    let pairs = tensors.keys.map { name in
      (isHeadless && name != "lm_head.weight" ? "model." + name : name, name)
    }
    var own = Dictionary(uniqueKeysWithValues: pairs)
    let embedding = "model.embed_tokens.weight"
    if configuration.tiesEmbeddings, own[embedding] == nil {
      own[embedding] = own["lm_head.weight"]
    }
    return own
  }

  var symmetries: [ModelSymmetry] {
    let others = freedoms.compactMap { ModelSymmetry($0) { parameters[$0].shape[$1] } }
    return ([channels] + others).map { symmetry in
      symmetry.stored { StoredMatrix(tensor: storedNames[$0] ?? $0) }
    }
  }

  private var channels: ModelSymmetry {
    var columns = ["model.embed_tokens.weight", "lm_head.weight"]
    var rows = ["model.norm.weight"]
    for layer in 0..<configuration.layerCount {
      let block = "model.layers.\(layer)."
      let (attention, mlp) = (block + "self_attn.", block + "mlp.")
      columns += ["q_proj", "k_proj", "v_proj"].map { attention + $0 + ".weight" }
      columns += ["gate_proj", "up_proj"].map { mlp + $0 + ".weight" }
      rows += ["input_layernorm", "post_attention_layernorm"].map { block + $0 + ".weight" }
      rows += [attention + "o_proj", mlp + "down_proj"].flatMap { [$0 + ".weight", $0 + ".bias"] }
    }
    let axes =
      columns.map { PermutedAxis($0, axis: 1) } + rows.map { PermutedAxis($0, axis: 0) }
    return ModelSymmetry(
      "residual", .channels, count: configuration.width,
      axes.filter { parameters[ifWanted: $0.tensor] != nil })
  }

  var vocabularySize: Int { configuration.vocabularySize }
  var beginToken: Int? { configuration.beginToken }

  /// Biases go where their rows go; values with biases have no other basis.
  var freedoms: [ModelFreedom] {
    let sharing = configuration.headCount / configuration.keyHeadCount
    return (0..<configuration.layerCount).flatMap { layer -> [ModelFreedom] in
      let block = "model.layers.\(layer)."
      let (attention, mlp) = (block + "self_attn.", block + "mlp.")
      func rows(_ names: String...) -> [String] {
        names.map { $0 + ".weight" }
          + names.map { $0 + ".bias" }.filter { parameters[ifWanted: $0] != nil }
      }
      let values = rows(attention + "v_proj")
      let (hidden, output) = (mlp + "down_proj.weight", attention + "o_proj.weight")
      let orders: [ModelFreedom] = [
        .hiddenUnits(producers: rows(mlp + "gate_proj", mlp + "up_proj"), consumer: hidden),
        .heads(
          queries: rows(attention + "q_proj"), keys: rows(attention + "k_proj") + values,
          output: output, headCount: configuration.headCount, sharing: sharing),
      ]
      guard values.count == 1 else { return orders }
      return orders + [
        .headValues(
          values: values[0], output: output, headWidth: configuration.headWidth, sharing: sharing)
      ]
    }
  }

  private var head: String {
    parameters[ifWanted: "lm_head.weight"] == nil ? "model.embed_tokens.weight" : "lm_head.weight"
  }

  func logits(_ tokens: [Int], observer: LayerObserver<Value>?) -> Value {
    let rotary = RotaryTable(
      frequencies: configuration.frequencies, positionCount: tokens.count,
      direction: .counterclockwise, roundedTo: parameters.arithmetic)
    var x = parameters.rows("model.embed_tokens.weight", tokens)
    for layer in 0..<configuration.layerCount {
      x = x + attention(norm(x, layer, "input_layernorm"), layer, rotary, observer)
      x = x + mlp(norm(x, layer, "post_attention_layernorm"), layer, observer)
    }
    x = x.rmsNormalized(weight: parameters["model.norm.weight"], epsilon: configuration.epsilon)
    observer?(head, x)
    return x.linear(parameters[head], bias: nil)
  }

  private func norm(_ x: Value, _ layer: Int, _ name: String) -> Value {
    x.rmsNormalized(
      weight: parameters["model.layers.\(layer).\(name).weight"], epsilon: configuration.epsilon)
  }

  private func project(
    _ x: Value, _ name: String, _ observer: LayerObserver<Value>?
  ) -> Value {
    observer?(name + ".weight", x)
    return x.linear(parameters[name + ".weight"], bias: parameters[ifWanted: name + ".bias"])
  }

  private func attention(
    _ x: Value, _ layer: Int, _ rotary: RotaryTable, _ observer: LayerObserver<Value>?
  ) -> Value {
    let prefix = "model.layers.\(layer).self_attn."
    let (count, width) = (x.shape[0], configuration.headWidth)
    func heads(_ name: String, _ headCount: Int) -> Value {
      let heads = project(x, prefix + name + "_proj", observer)
        .reshaped([count, headCount, width])
      guard let weight = parameters[ifWanted: prefix + name + "_norm.weight"] else { return heads }
      return heads.rmsNormalized(weight: weight, epsilon: configuration.epsilon)
    }
    let output = heads("q", configuration.headCount).rotated(by: rotary).attention(
      keys: heads("k", configuration.keyHeadCount).rotated(by: rotary),
      values: heads("v", configuration.keyHeadCount), scale: 1 / Float(width).squareRoot(),
      mask: AttentionMask(window: configuration.windows[layer]))
    return project(
      output.reshaped([count, configuration.headCount * width]), prefix + "o_proj", observer)
  }

  private func mlp(_ x: Value, _ layer: Int, _ observer: LayerObserver<Value>?) -> Value {
    let prefix = "model.layers.\(layer).mlp."
    let gate = project(x, prefix + "gate_proj", observer).applying(.silu)
    return project(gate * project(x, prefix + "up_proj", observer), prefix + "down_proj", observer)
  }
}

extension LlamaConfiguration {
  /// The tensors. A head is wanted unless it is tied; one that is stored all the same is taken.
  func wanted(hasHead: Bool) -> [Parameter] {
    var wanted = [
      Parameter("model.embed_tokens.weight", [vocabularySize, width]),
      Parameter("model.norm.weight", [width]),
    ]
    if hasHead || !tiesEmbeddings {
      wanted.append(Parameter("lm_head.weight", [vocabularySize, width]))
    }
    for layer in 0..<layerCount {
      let prefix = "model.layers.\(layer)."
      wanted.append(Parameter(prefix + "input_layernorm.weight", [width]))
      wanted.append(Parameter(prefix + "post_attention_layernorm.weight", [width]))
      for (name, outputs, inputs, hasBias) in matrices {
        wanted.append(Parameter(prefix + name + ".weight", [outputs, inputs]))
        if hasBias { wanted.append(Parameter(prefix + name + ".bias", [outputs])) }
      }
      guard kind == .qwen3 else { continue }
      wanted.append(Parameter(prefix + "self_attn.q_norm.weight", [headWidth]))
      wanted.append(Parameter(prefix + "self_attn.k_norm.weight", [headWidth]))
    }
    return wanted
  }

  /// The matrices of a layer, and which of them have biases.
  private var matrices: [(String, Int, Int, Bool)] {
    let (queryWidth, keyWidth) = (headCount * headWidth, keyHeadCount * headWidth)
    let inputBias = hasAttentionBiases || kind == .qwen2
    return [
      ("self_attn.q_proj", queryWidth, width, inputBias),
      ("self_attn.k_proj", keyWidth, width, inputBias),
      ("self_attn.v_proj", keyWidth, width, inputBias),
      ("self_attn.o_proj", width, queryWidth, hasAttentionBiases),
      ("mlp.gate_proj", hiddenWidth, width, hasMLPBiases),
      ("mlp.up_proj", hiddenWidth, width, hasMLPBiases),
      ("mlp.down_proj", width, hiddenWidth, hasMLPBiases),
    ]
  }
}
