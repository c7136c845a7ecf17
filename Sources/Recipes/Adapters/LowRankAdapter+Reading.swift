public import Checkpoints
public import Diagnostics
internal import Files
public import JSON
internal import TensorCore

extension LowRankAdapter {
  private static let configurationName = "adapter_config.json"
  private static let weightNames = ["adapter_model.safetensors", "adapter_model.bin"]

  /// Opens the folder of an adapter. Throws J01, J03 and what opening its files throws.
  public static func open(_ path: String) throws(Rejection) -> LowRankAdapter {
    let folder = path.hasSuffix("/") ? String(path.dropLast()) : path
    let file = "\(folder)/\(configurationName)"
    guard FileIdentity(path: file) != nil else {
      throw Rejection(
        AdapterRules.malformed, "there is no \(configurationName)", at: Place(file: folder))
    }
    let mapping = try FileMapping(path: file)
    let configuration = try locating(Place(file: file)) { () throws(Rejection) in
      try JSONValue(parsing: mapping.bytes, orRefuse: AdapterRules.malformed)
    }
    let weights = weightNames.map { "\(folder)/\($0)" }.first { FileIdentity(path: $0) != nil }
    guard let weights else {
      throw Rejection(
        AdapterRules.malformed, "there is no \(weightNames[0])", at: Place(file: folder))
    }
    return try locating(Place(file: folder)) { () throws(Rejection) in
      try LowRankAdapter(try Checkpoint.open(weights), configuration, path: folder)
    }
  }

  /// An adapter of these tensors, as PEFT names them, and of what `adapter_config.json` says of
  /// them; `path` is where it is said to be. Throws J01 and J03.
  public init(
    _ checkpoint: Checkpoint, _ configuration: JSONValue, path: String
  ) throws(Rejection) {
    let settings = try AdapterSettings(configuration)
    var parts: [String: AdapterParts] = [:]
    var (bases, replacements): ([String: NamedTensor], [String: NamedTensor]) = ([:], [:])
    for tensor in checkpoint.tensors {
      let name = AdapterName(tensor.name)
      switch name.role {
      case .replacement: replacements[name.weight] = tensor
      case .base: bases[name.weight] = tensor
      case .ignored: continue
      case .part(let part): parts[name.weight, default: AdapterParts()][part] = tensor
      case .unsupported:
        throw Rejection(
          AdapterRules.unsupported, "it has biases of factors", at: Place(tensor: tensor.name))
      }
    }
    guard !parts.isEmpty else { throw Rejection(AdapterRules.malformed, "it has no factors") }
    var changes: [String: Change] = [:]
    for (weight, parts) in parts.sorted(by: { $0.key < $1.key }) {
      changes[weight] = try parts.change(of: weight, settings)
    }
    self.init(
      changes: changes, bases: bases, replacements: replacements, configuration: configuration,
      path: path)
  }
}

/// What a tensor of an adapter is, by its name.
private struct AdapterName {
  enum Part: Hashable {
    case a
    case b
    case embeddingA
    case embeddingB
    case magnitude
  }

  enum Role {
    case part(Part)
    case replacement
    case base
    case ignored
    case unsupported
  }

  /// The weight that it is about.
  let weight: String
  let role: Role

  private static let prefix = "base_model.model."
  private static let parts: [Substring: Part] = [
    "lora_A": .a, "lora_B": .b, "lora_embedding_A": .embeddingA, "lora_embedding_B": .embeddingB,
    "lora_magnitude_vector": .magnitude,
  ]

  init(_ name: String) {
    let bare = name.hasPrefix(Self.prefix) ? name.dropFirst(Self.prefix.count) : name[...]
    let words = bare.split(separator: ".", omittingEmptySubsequences: false)
    guard let place = words.lastIndex(where: { Self.parts[$0] != nil }),
      let part = Self.parts[words[place]]
    else {
      let isBase = words.contains("base_layer")
      role = words.contains("original_module") ? .ignored : isBase ? .base : .replacement
      // What PEFT puts between a module and its own tensors.
      let own = words.enumerated().filter { place, word in
        word != "modules_to_save" && !(place > 0 && words[place - 1] == "modules_to_save")
          && word != "original_module" && word != "base_layer"
      }
      weight = own.map(\.element).joined(separator: ".")
      return
    }
    weight = words[..<place].joined(separator: ".") + ".weight"
    role = words.last == "bias" ? .unsupported : .part(part)
  }
}

/// The tensors of one change.
private struct AdapterParts {
  private var tensors: [AdapterName.Part: NamedTensor] = [:]

  subscript(part: AdapterName.Part) -> NamedTensor? {
    get { tensors[part] }
    set { tensors[part] = newValue }
  }

  /// The change that they make. Throws J01 and J03.
  func change(
    of weight: String, _ settings: AdapterSettings
  ) throws(Rejection) -> LowRankAdapter.Change {
    let isEmbedding = tensors[.embeddingA] != nil
    guard let a = tensors[isEmbedding ? .embeddingA : .a],
      let b = tensors[isEmbedding ? .embeddingB : .b]
    else {
      throw Rejection(
        AdapterRules.malformed, "one of two factors is missing", at: Place(tensor: weight))
    }
    guard a.shape.rank == 2, b.shape.rank == 2 else {
      throw Rejection(
        AdapterRules.unsupported, "its factors are no matrices", at: Place(tensor: weight))
    }
    guard a.shape[0] > 0, a.shape[0] == b.shape[1], a.dtype.isConvertibleFloat,
      b.dtype.isConvertibleFloat
    else {
      throw Rejection(
        AdapterRules.malformed,
        "the factors are \(a.shape.dimensions) and \(b.shape.dimensions)",
        at: Place(tensor: weight))
    }
    guard settings.usesMagnitudes == (tensors[.magnitude] != nil) else {
      throw Rejection(
        AdapterRules.malformed, "use_dora and its magnitudes do not agree",
        at: Place(tensor: weight))
    }
    return LowRankAdapter.Change(
      a: a, b: b, scale: try settings.scale(of: weight, rank: a.shape[0]),
      isTable: isEmbedding, liesTransposed: settings.isTransposed ? true : nil,
      magnitudes: tensors[.magnitude])
  }
}

/// What `adapter_config.json` says of how factors are used.
private struct AdapterSettings {
  let usesMagnitudes: Bool
  /// Whether weights lie as GPT-2's do, inputs by rows.
  let isTransposed: Bool
  private let alpha: Double
  private let isRankStabilized: Bool
  private let patterns: [(key: String, alpha: Double)]

  /// How factors may begin for the model's own weights to be the base.
  private static let starts: [JSONValue] = [
    .bool(true), .bool(false), .null, .string("gaussian"), .string("eva"), .string("orthogonal"),
  ]
  /// Keys whose values change what the weights become in other ways.
  private static let strange = [
    "layer_replication", "alora_invocation_tokens", "arrow_config", "target_parameters",
    "trainable_token_indices", "use_qalora",
  ]

  /// Reads a configuration. Throws J01 and J03.
  init(_ json: JSONValue) throws(Rejection) {
    let kind = json["peft_type"]?.string
    guard kind == "LORA" else {
      throw Rejection(
        kind == nil ? AdapterRules.malformed : AdapterRules.unsupported,
        "peft_type is \(kind ?? "missing")")
    }
    for key in Self.strange {
      guard let value = json[key], value != .null, value != .array([]), value != .bool(false)
      else { continue }
      throw Rejection(AdapterRules.unsupported, "\(key) is \(value.text())")
    }
    // Others take something out of the model's weights first, which the adapter does not say.
    let start = json["init_lora_weights"] ?? .null
    guard Self.starts.contains(start) else {
      throw Rejection(
        AdapterRules.unsupported, "init_lora_weights is \(start.text()), which changes the base")
    }
    guard let alpha = json["lora_alpha"].flatMap(Self.number), alpha.isFinite else {
      throw Rejection(AdapterRules.malformed, "lora_alpha is no number")
    }
    self.alpha = alpha
    usesMagnitudes = json["use_dora"] == .bool(true)
    isRankStabilized = json["use_rslora"] == .bool(true)
    isTransposed = json["fan_in_fan_out"] == .bool(true)
    patterns = try (json["alpha_pattern"]?.members ?? []).map { (member) throws(Rejection) in
      guard let alpha = Self.number(member.value) else {
        throw Rejection(
          AdapterRules.malformed, "alpha_pattern of \(member.key) is \(member.value.text())")
      }
      return (member.key, alpha)
    }
  }

  private static func number(_ value: JSONValue) -> Double? {
    switch value {
    case .integer(let integer): Double(integer)
    case .number(let number): number
    default: nil
    }
  }

  /// α / r, or α / √r; α of the first pattern that is the module's name or its end. Throws J03 for
  /// patterns that are more than names.
  func scale(of weight: String, rank: Int) throws(Rejection) -> Double {
    guard rank > 0 else { return 0 }
    let module = weight.hasSuffix(".weight") ? String(weight.dropLast(7)) : weight
    var alpha = alpha
    for pattern in patterns {
      let isWhole = pattern.key.hasPrefix("^")
      let name = pattern.key.drop { $0 == "^" }.replacing("\\.", with: ".")
      guard !name.utf8.contains(where: { "*+?[](){}|\\$".utf8.contains($0) }) else {
        throw Rejection(AdapterRules.unsupported, "alpha_pattern has the pattern \(pattern.key)")
      }
      guard module == name || !isWhole && module.hasSuffix("." + name) else { continue }
      alpha = pattern.alpha
      break
    }
    return isRankStabilized ? alpha / Double(rank).squareRoot() : alpha / Double(rank)
  }
}
