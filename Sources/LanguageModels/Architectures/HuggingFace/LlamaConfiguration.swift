internal import Diagnostics
internal import Glibc
internal import JSON
internal import TensorCore

/// The hyper-parameters of Llama and its relatives, as `transformers` writes them.
struct LlamaConfiguration: Sendable {
  let vocabularySize: Int
  let width: Int
  let hiddenWidth: Int
  let layerCount: Int
  let headCount: Int
  let keyHeadCount: Int
  let headWidth: Int
  let epsilon: Float
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
    vocabularySize = try size("vocab_size")
    width = try size("hidden_size")
    hiddenWidth = try size("intermediate_size")
    layerCount = try size("num_hidden_layers")
    headCount = try size("num_attention_heads")
    keyHeadCount = try reader.has("num_key_value_heads") ? size("num_key_value_heads") : headCount
    headWidth = try reader.has("head_dim") ? size("head_dim") : width / headCount
    epsilon = Float(try reader.number("rms_norm_eps") ?? 1e-6)
    let activation = try reader.text("hidden_act") ?? "silu"
    guard headCount % keyHeadCount == 0, headWidth % 2 == 0, layerCount <= 4096,
      activation == "silu"
    else {
      throw Rejection(
        ArchitectureRules.configuration,
        "\(headCount) heads on \(keyHeadCount) of width \(headWidth) with \(activation) are not "
          + "supported")
    }
    frequencies = try RotaryScaling.frequencies(reader, width: headWidth)
    windows = try Self.windows(reader, layerCount)
  }

  /// Mistral narrows every layer; Qwen2 those from `max_window_layers` on, if it is asked to.
  private static func windows(
    _ reader: ConfigurationReader, _ layerCount: Int
  ) throws(Rejection) -> [Int?] {
    guard let window = try reader.integer("sliding_window"),
      try reader.bool("use_sliding_window") ?? true
    else { return [Int?](repeating: nil, count: layerCount) }
    guard window > 0 else {
      throw Rejection(ArchitectureRules.configuration, "sliding_window \(window) sees nothing")
    }
    if let types = reader.texts("layer_types") {
      guard types.count == layerCount else {
        throw Rejection(
          ArchitectureRules.configuration,
          "layer_types names \(types.count) of \(layerCount) layers")
      }
      return types.map { $0 == "sliding_attention" ? window : nil }
    }
    let isQwen = try reader.text("model_type")?.hasPrefix("qwen") ?? false
    let stated = try reader.integer("max_window_layers")
    let first = isQwen ? stated ?? layerCount : 0
    return (0..<layerCount).map { $0 >= first ? window : nil }
  }
}

/// How rotary frequencies are stretched for long contexts.
enum RotaryScaling {
  /// The frequencies of a head's pairs; A02 for a kind of scaling that is not supported.
  static func frequencies(
    _ reader: ConfigurationReader, width: Int
  ) throws(Rejection) -> [Float] {
    let scaling = reader.object("rope_parameters") ?? reader.object("rope_scaling")
    var base = try reader.number("rope_theta")
    if base == nil, let scaling { base = try scaling.number("rope_theta") }
    let plain = (0..<(width / 2)).map { pair in
      1 / Float(pow(base ?? 10000, Double(Float(2 * pair) / Float(width))))
    }
    guard let scaling else { return plain }
    let older = try scaling.text("type")
    let kind = try scaling.text("rope_type") ?? older ?? "default"
    let factor = Float(try scaling.number("factor") ?? 1)
    switch kind {
    case "default": return plain
    case "linear": return plain.map { $0 / factor }
    case "llama3": return try stretched(plain, factor, scaling)
    default:
      throw Rejection(
        ArchitectureRules.configuration, "rotary scaling of the kind \(kind) is not supported")
    }
  }

  /// Llama 3.1: low frequencies are divided, high ones kept, and those between blended.
  private static func stretched(
    _ frequencies: [Float], _ factor: Float, _ scaling: ConfigurationReader
  ) throws(Rejection) -> [Float] {
    let low = Float(try scaling.number("low_freq_factor") ?? 1)
    let high = Float(try scaling.number("high_freq_factor") ?? 4)
    let length = Float(try scaling.number("original_max_position_embeddings") ?? 8192)
    return frequencies.map { frequency in
      let wavelength = 2 * Float.pi / frequency
      if wavelength > length / low { return frequency / factor }
      if wavelength < length / high { return frequency }
      let share = (length / wavelength - low) / (high - low)
      return (1 - share) * frequency / factor + share * frequency
    }
  }
}
