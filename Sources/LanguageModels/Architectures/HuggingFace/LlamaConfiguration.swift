internal import Diagnostics
internal import Glibc
internal import JSON
internal import TensorCore

/// The hyper-parameters of Llama and its relatives, as `transformers` writes them.
struct LlamaConfiguration: Sendable {
  /// The relatives, which differ in biases, norms and windows.
  enum Kind: String {
    case llama, mistral, qwen2, qwen3
  }

  let kind: Kind
  let vocabularySize: Int
  let width: Int
  let hiddenWidth: Int
  let layerCount: Int
  let headCount: Int
  let keyHeadCount: Int
  let headWidth: Int
  let epsilon: Float
  /// Whether the head is the embedding.
  let tiesEmbeddings: Bool
  let hasAttentionBiases: Bool
  let hasMLPBiases: Bool
  /// The token that begins a document, if the configuration names one.
  let beginToken: Int?
  /// The angular frequency of each pair of dimensions.
  let frequencies: [Float]
  /// For each layer how many keys a query sees; nil for all.
  let windows: [Int?]

  init(_ json: JSONValue) throws(Rejection) {
    let reader = ConfigurationReader(json)
    func size(_ key: String) throws(Rejection) -> Int {
      guard let size = try reader.integer(key), size > 0, size <= 1 << 28 else {
        throw Rejection(ArchitectureRules.configuration, "\(key) has to be a positive number")
      }
      return size
    }
    kind = try Self.kind(reader)
    vocabularySize = try size("vocab_size")
    width = try size("hidden_size")
    hiddenWidth = try size("intermediate_size")
    layerCount = try size("num_hidden_layers")
    headCount = try size("num_attention_heads")
    keyHeadCount = try reader.has("num_key_value_heads") ? size("num_key_value_heads") : headCount
    let usualWidth = kind == .qwen3 ? 128 : width / headCount
    headWidth = try reader.has("head_dim") ? size("head_dim") : usualWidth
    epsilon = Float(try reader.number("rms_norm_eps") ?? 1e-6)
    tiesEmbeddings = try reader.bool("tie_word_embeddings") ?? false
    hasAttentionBiases =
      [.llama, .qwen3].contains(kind) ? try reader.bool("attention_bias") ?? false : false
    hasMLPBiases = kind == .llama ? try reader.bool("mlp_bias") ?? false : false
    beginToken = reader.token("bos_token_id")
    try reader.require(layerCount <= 4096, "num_hidden_layers \(layerCount) is more than 4096")
    try reader.require(
      headCount % keyHeadCount == 0,
      "num_attention_heads \(headCount) cannot share num_key_value_heads \(keyHeadCount) evenly")
    try reader.require(
      headWidth > 0 && headWidth % 2 == 0 && headWidth <= 1 << 14,
      "heads of \(headWidth) channels are not supported: head_dim has to be even and at most 16384")
    try reader.require(epsilon >= 0, "rms_norm_eps \(epsilon) is negative")
    let activation = try reader.text("hidden_act") ?? "silu"
    try reader.require(activation == "silu", "hidden_act \(activation) is not supported: only silu")
    frequencies = try RotaryScaling.frequencies(reader, width: headWidth)
    windows = try Self.windows(reader, kind, layerCount)
  }

  private static func kind(_ reader: ConfigurationReader) throws(Rejection) -> Kind {
    let (stated, own) = (try reader.text("model_type"), try reader.text("architecture"))
    return Kind(rawValue: stated ?? "") ?? Kind(rawValue: own ?? "") ?? .llama
  }

  /// Llama sees everything, Mistral narrows every layer, and the Qwens those that `layer_types`
  /// names or from `max_window_layers` on, if they are asked to; defaults are those of the library.
  private static func windows(
    _ reader: ConfigurationReader, _ kind: Kind, _ layerCount: Int
  ) throws(Rejection) -> [Int?] {
    let types = try layerTypes(reader, layerCount)
    let isAsked = try reader.bool("use_sliding_window") ?? false
    var window: Int?
    if kind == .mistral || (kind != .llama && isAsked) {
      let stated = try reader.integer("sliding_window")
      window = reader.states("sliding_window") ? stated : 4096
    }
    if let window { try reader.require(window > 0, "sliding_window \(window) sees nothing") }
    if let types, kind != .mistral {
      try reader.require(
        window != nil || !types.contains(sliding),
        "layer_types has \(sliding), which \(kind.rawValue) has only with use_sliding_window and "
          + "a sliding_window")
      return types.map { $0 == sliding ? window : nil }
    }
    let first = kind == .mistral ? 0 : try reader.integer("max_window_layers") ?? 28
    return (0..<layerCount).map { $0 >= first ? window : nil }
  }

  private static let sliding = "sliding_attention"

  private static func layerTypes(
    _ reader: ConfigurationReader, _ layerCount: Int
  ) throws(Rejection) -> [String]? {
    guard let types = try reader.texts("layer_types") else { return nil }
    try reader.require(
      types.count == layerCount, "layer_types names \(types.count) of \(layerCount) layers")
    if let unknown = types.first(where: { $0 != "full_attention" && $0 != sliding }) {
      throw Rejection(
        ArchitectureRules.configuration, "layers of the type \(unknown) are not supported")
    }
    return types
  }
}

/// How rotary frequencies are stretched for long contexts.
enum RotaryScaling {
  /// The frequencies of a head's pairs; A02 for a kind of scaling that is not supported.
  static func frequencies(
    _ reader: ConfigurationReader, width: Int
  ) throws(Rejection) -> [Float] {
    let older = try reader.object("rope_scaling")
    let scaling = try reader.object("rope_parameters") ?? older
    let (inner, outer) = (try scaling?.number("rope_theta"), try reader.number("rope_theta"))
    let base = inner ?? outer ?? 10000
    try reader.require(base > 0, "rope_theta \(base) has to be more than 0")
    let plain = (0..<(width / 2)).map { pair in
      1 / Float(pow(base, Double(Float(2 * pair) / Float(width))))
    }
    guard let scaling else { return plain }
    let olderKind = try scaling.text("type")
    let kind = try scaling.text("rope_type") ?? olderKind ?? "default"
    if kind == "default" { return plain }
    try reader.require(
      kind == "linear" || kind == "llama3", "rotary scaling of the kind \(kind) is not supported")
    let factor = Float(try scaling.number("factor") ?? 1)
    try reader.require(factor > 0, "the factor \(factor) of rotary scaling has to be more than 0")
    let share = try scaling.number("partial_rotary_factor") ?? 1
    try reader.require(share == 1, "partial_rotary_factor \(share) is not supported")
    return kind == "linear"
      ? plain.map { $0 / factor } : try stretched(plain, factor, scaling)
  }

  /// Llama 3.1: low frequencies are divided, high ones kept, and those between blended.
  private static func stretched(
    _ frequencies: [Float], _ factor: Float, _ scaling: ConfigurationReader
  ) throws(Rejection) -> [Float] {
    let low = Float(try scaling.number("low_freq_factor") ?? 1)
    let high = Float(try scaling.number("high_freq_factor") ?? 4)
    let length = Float(try scaling.number("original_max_position_embeddings") ?? 8192)
    try scaling.require(
      low > 0 && high > low && length > 0,
      "rotary scaling from low_freq_factor \(low) to high_freq_factor \(high) over "
        + "original_max_position_embeddings \(length) is impossible")
    return frequencies.map { frequency in
      let wavelength = 2 * Float.pi / frequency
      if wavelength > length / low { return frequency / factor }
      if wavelength < length / high { return frequency }
      let share = (length / wavelength - low) / (high - low)
      return (1 - share) * frequency / factor + share * frequency
    }
  }
}
