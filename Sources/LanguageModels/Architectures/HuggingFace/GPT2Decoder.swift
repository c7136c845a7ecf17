public import Diagnostics
public import JSON
public import TensorCore
public import TensorOps

/// GPT-2.
public enum GPT2Architecture: Architecture {
  /// How configurations and the command line call it.
  public static let id = "gpt2"
  /// What it is, in one line.
  public static let summary = "GPT-2 as transformers saves it"
  /// Where it is defined.
  public static let reference = "https://openai.com/index/better-language-models"

  /// The embedding, in the model with a head and in that without.
  public static let landmarks = ["transformer.wte.weight", "wte.weight"]

  /// Whether the configuration, or names and shapes alone, are those of this kind.
  public static func recognizes(_ configuration: JSONValue?, _ shapes: [String: [Int]]) -> Bool {
    let stated = configuration?["architecture"] ?? configuration?["model_type"]
    return stated?.string == id
  }

  /// The model. Throws A01 and A02 where tensors and configuration do not fit.
  public static func open<Value: TensorValue>(
    _ tensors: [String: Tensor], _ configuration: JSONValue?, arithmetic: DType,
    making: ValueMaker<Value>
  ) throws(Rejection) -> any LanguageModel<Value> {
    try GPT2Decoder(
      tensors, GPT2Configuration(configuration ?? .null), arithmetic: arithmetic, making: making)
  }
}

/// The hyper-parameters of GPT-2, as `transformers` writes them.
struct GPT2Configuration: Sendable {
  let vocabularySize: Int
  let positionCount: Int
  let width: Int
  let hiddenWidth: Int
  let layerCount: Int
  let headCount: Int
  let epsilon: Float
  let activation: UnaryOperation
  let scalesByLayer: Bool
  let scalesByWidth: Bool
  /// Whether the head is the embedding.
  let tiesEmbeddings: Bool
  /// The token that begins a document, if the configuration names one.
  let beginToken: Int?

  init(_ json: JSONValue) throws(Rejection) {
    let reader = ConfigurationReader(json)
    func size(_ key: String, _ usual: Int) throws(Rejection) -> Int {
      let size = try reader.integer(key) ?? usual
      guard size > 0, size <= 1 << 28 else {
        throw Rejection(ArchitectureRules.configuration, "\(key) \(size) is impossible")
      }
      return size
    }
    vocabularySize = try size("vocab_size", 50257)
    positionCount = try size("n_positions", 1024)
    width = try size("n_embd", 768)
    hiddenWidth = try size("n_inner", 4 * width)
    layerCount = try size("n_layer", 12)
    headCount = try size("n_head", 12)
    epsilon = Float(try reader.number("layer_norm_epsilon") ?? 1e-5)
    scalesByLayer = try reader.bool("scale_attn_by_inverse_layer_idx") ?? false
    scalesByWidth = try reader.bool("scale_attn_weights") ?? true
    tiesEmbeddings = try reader.bool("tie_word_embeddings") ?? true
    beginToken = reader.token("bos_token_id")
    try reader.require(layerCount <= 4096, "n_layer \(layerCount) is more than 4096")
    try reader.require(
      width % headCount == 0, "n_embd \(width) cannot be divided into n_head \(headCount)")
    try reader.require(epsilon >= 0, "layer_norm_epsilon \(epsilon) is negative")
    let name = try reader.text("activation_function") ?? "gelu_new"
    guard let activation = Self.activations[name] else {
      throw Rejection(
        ArchitectureRules.configuration, "activation_function \(name) is not supported")
    }
    self.activation = activation
  }

  private static let activations: [String: UnaryOperation] = [
    "gelu_new": .geluTanh, "gelu_pytorch_tanh": .geluTanh, "gelu": .gelu, "silu": .silu,
    "swish": .silu, "relu": .leakyReLU(slope: 0), "tanh": .hyperbolicTangent,
  ]

  /// The tensors, matrices as [outputs, inputs]. A head is wanted unless it is tied; one that is
  /// stored all the same is taken.
  func wanted(hasHead: Bool) -> [Parameter] {
    var wanted = [
      Parameter("wte.weight", [vocabularySize, width]),
      Parameter("wpe.weight", [positionCount, width]),
      Parameter("ln_f.weight", [width]), Parameter("ln_f.bias", [width]),
    ]
    for layer in 0..<layerCount {
      let prefix = "h.\(layer)."
      for norm in ["ln_1", "ln_2"] {
        wanted.append(Parameter(prefix + norm + ".weight", [width]))
        wanted.append(Parameter(prefix + norm + ".bias", [width]))
      }
      for (name, outputs, inputs) in matrices {
        wanted.append(Parameter(prefix + name + ".weight", [outputs, inputs]))
        wanted.append(Parameter(prefix + name + ".bias", [outputs]))
      }
    }
    if hasHead || !tiesEmbeddings {
      wanted.append(Parameter("lm_head.weight", [vocabularySize, width]))
    }
    return wanted
  }

  private var matrices: [(String, Int, Int)] {
    [
      ("attn.c_attn", 3 * width, width), ("attn.c_proj", width, width),
      ("mlp.c_fc", hiddenWidth, width), ("mlp.c_proj", width, hiddenWidth),
    ]
  }
}

/// A decoder with layer norms before its branches and learned positions (Radford et al. 2019).
struct GPT2Decoder<Value: TensorValue>: LanguageModel {
  private let configuration: GPT2Configuration
  private let parameters: Parameters<Value>
  /// Where the file has the tensors.
  private let places: [String: StoredMatrix]

  init(
    _ tensors: [String: Tensor], _ configuration: GPT2Configuration, arithmetic: DType,
    making: ValueMaker<Value>
  )
    throws(Rejection)
  {
    self.configuration = configuration
    var own: [String: Tensor] = [:]
    var places: [String: StoredMatrix] = [:]
    for (name, tensor) in tensors {
      let short = name.hasPrefix("transformer.") ? String(name.dropFirst(12)) : name
      // The file holds matrices as [inputs, outputs].
      guard name == short || tensors[short] == nil else {
        throw Rejection(ArchitectureRules.parameters, "there twice: \(short) and \(name)")
      }
      let isMatrix = short.hasPrefix("h.") && tensor.shape.rank == 2
      own[short] = isMatrix ? tensor.transposed() : tensor
      places[short] = StoredMatrix(tensor: name, isTransposed: isMatrix)
    }
    if configuration.tiesEmbeddings, own["wte.weight"] == nil {
      own["wte.weight"] = own["lm_head.weight"]
      places["wte.weight"] = places["lm_head.weight"]
    }
    self.places = places
    let wanted = configuration.wanted(hasHead: own["lm_head.weight"] != nil)
    // The causal masks that old versions stored.
    parameters = try Parameters(own, wanted: wanted, arithmetic: arithmetic, making: making) {
      $0.hasSuffix(".attn.bias") || $0.hasSuffix(".attn.masked_bias")
    }
  }

  var vocabularySize: Int { configuration.vocabularySize }
  var maximumLength: Int? { configuration.positionCount }
  var beginToken: Int? { configuration.beginToken }

  var symmetries: [ModelSymmetry] {
    let layers = 0..<configuration.layerCount
    let others = layers.flatMap { [units(of: $0), heads(of: $0)] }
    return ([channels] + others).map { symmetry in
      symmetry.stored { places[$0] ?? StoredMatrix(tensor: $0) }
    }
  }

  private var channels: ModelSymmetry {
    var axes = ["wte.weight", "wpe.weight", "lm_head.weight"].map { ($0, axis: 1) }
    axes += ["ln_f.weight", "ln_f.bias"].map { ($0, axis: 0) }
    for layer in 0..<configuration.layerCount {
      let block = "h.\(layer)."
      axes += ["attn.c_attn.weight", "mlp.c_fc.weight"].map { (block + $0, 1) }
      axes += ["ln_1", "ln_2", "attn.c_proj", "mlp.c_proj"].flatMap {
        [(block + $0 + ".weight", 0), (block + $0 + ".bias", 0)]
      }
    }
    return ModelSymmetry(
      "residual", .channels, count: configuration.width,
      axes.filter { parameters[ifWanted: $0.0] != nil }.map { PermutedAxis($0.0, axis: $0.axis) })
  }

  private func units(of layer: Int) -> ModelSymmetry {
    let mlp = "h.\(layer).mlp"
    return ModelSymmetry(
      mlp, .hiddenUnits, count: configuration.hiddenWidth,
      ["c_fc.weight", "c_fc.bias"].map { PermutedAxis("\(mlp).\($0)", axis: 0) }
        + [PermutedAxis(mlp + ".c_proj.weight", axis: 1)])
  }

  /// Queries, keys and values are rows of one matrix, one kind behind the other.
  private func heads(of layer: Int) -> ModelSymmetry {
    let attention = "h.\(layer).attn"
    let (width, count) = (configuration.width, configuration.headCount)
    let inputs = (0..<3).flatMap { part in
      ["c_attn.weight", "c_attn.bias"].map {
        PermutedAxis("\(attention).\($0)", axis: 0, start: part * width, width: width / count)
      }
    }
    return ModelSymmetry(
      attention, .heads, count: count,
      inputs + [PermutedAxis(attention + ".c_proj.weight", axis: 1, width: width / count)])
  }

  private var head: String {
    parameters[ifWanted: "lm_head.weight"] == nil ? "wte.weight" : "lm_head.weight"
  }

  func logits(_ tokens: [Int], observer: LayerObserver<Value>?) -> Value {
    precondition(tokens.count <= configuration.positionCount, "there are no more positions")
    var x = parameters.rows("wte.weight", tokens)
    x = x + parameters.rows("wpe.weight", Array(0..<tokens.count))
    for layer in 0..<configuration.layerCount {
      x = x + attention(norm(x, "h.\(layer).ln_1"), layer, observer)
      let hidden = project(norm(x, "h.\(layer).ln_2"), "h.\(layer).mlp.c_fc", observer)
      x =
        x
        + project(
          hidden.applying(configuration.activation), "h.\(layer).mlp.c_proj", observer)
    }
    x = norm(x, "ln_f")
    observer?(head, x)
    return x.linear(parameters[head], bias: nil)
  }

  private func norm(_ x: Value, _ name: String) -> Value {
    x.normalized(
      .layer(epsilon: configuration.epsilon), weight: parameters[name + ".weight"],
      bias: parameters[name + ".bias"])
  }

  private func project(
    _ x: Value, _ name: String, _ observer: LayerObserver<Value>?
  ) -> Value {
    observer?(name + ".weight", x)
    return x.linear(parameters[name + ".weight"], bias: parameters[name + ".bias"])
  }

  private func attention(
    _ x: Value, _ layer: Int, _ observer: LayerObserver<Value>?
  ) -> Value {
    let (count, width) = (x.shape[0], configuration.width)
    let all = project(x, "h.\(layer).attn.c_attn", observer)
    func heads(_ part: Int) -> Value {
      all.columns((part * width)..<((part + 1) * width))
        .reshaped([count, configuration.headCount, width / configuration.headCount])
    }
    var scale: Float = 1
    if configuration.scalesByWidth {
      scale /= Float(width / configuration.headCount).squareRoot()
    }
    if configuration.scalesByLayer { scale /= Float(layer + 1) }
    let output = heads(0).attention(
      keys: heads(1), values: heads(2), scale: scale, mask: AttentionMask())
    return project(output.reshaped([count, width]), "h.\(layer).attn.c_proj", observer)
  }
}
