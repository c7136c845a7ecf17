/// How names of tensors tell layers: `model.layers.3.mlp.up_proj.weight` is of layer 3.
///
/// Everything else comes before the layers, as embeddings do, or after them.
struct LayerName: Hashable {
  /// The name without its layer: what comes before the number, and after it.
  let prefix: String
  let suffix: String
  /// The number; nil of what is in no layer.
  private(set) var layer: Int?

  /// Splits a name at its first whole number.
  init(_ name: String) {
    let parts = name.split(separator: ".", omittingEmptySubsequences: false)
    guard let place = parts.firstIndex(where: { Self.number($0) != nil }), place > 0 else {
      (prefix, suffix, layer) = (name, "", nil)
      return
    }
    prefix = parts[..<place].joined(separator: ".")
    suffix = parts[(place + 1)...].joined(separator: ".")
    layer = Self.number(parts[place])
  }

  private static func number(_ text: Substring) -> Int? {
    text.utf8.allSatisfy { 0x30...0x39 ~= $0 } && text.utf8.count < 8 ? Int(text) : nil
  }

  /// The name with another layer's number.
  func named(_ layer: Int) -> String {
    self.layer == nil ? prefix : "\(prefix).\(layer)" + (suffix.isEmpty ? "" : ".\(suffix)")
  }

  /// The same tensor of another layer; itself of what is in none.
  func numbered(_ layer: Int) -> LayerName {
    guard self.layer != nil else { return self }
    var other = self
    other.layer = layer
    return other
  }

  /// Whether it is of what reads tokens, before the first layer.
  var isBeforeLayers: Bool {
    let words = ["embed", "wte", "wpe", "tok_emb", "bigram", "ve_shared", "word_embeddings"]
    return layer == nil && words.contains { prefix.contains($0) }
  }
}

/// What tensors of some architectures are called besides, and which may be missing.
enum TensorNames {
  /// Prefixes that are of how a file was written, and not of the model.
  private static let wrappers = ["module.", "_orig_mod."]
  /// A prefix that some files of a model have and others have not.
  static let alias = "transformer."

  /// A name as it is looked for, and whether the file has the prefix that others leave out.
  static func canonical(_ name: String) -> (key: String, hasAlias: Bool) {
    var name = name[...]
    while let wrapper = wrappers.first(where: { name.hasPrefix($0) }) {
      name = name.dropFirst(wrapper.count)
    }
    guard name.hasPrefix(alias) else { return (String(name), false) }
    return (String(name.dropFirst(alias.count)), true)
  }

  /// Whether a model may do without a tensor: its head is then its embedding, or its products have
  /// nothing added.
  static func isOptional(_ key: String) -> Bool {
    key == "lm_head.weight" || key.hasSuffix("_proj.bias")
  }

  /// Whether a tensor follows from the sizes of its model, and some versions of programs write it
  /// while others do not.
  static func isBuffer(_ key: String) -> Bool {
    let ofAttention = key.hasSuffix(".attn.bias") || key.hasSuffix(".attn.masked_bias")
    return key.hasSuffix(".rotary_emb.inv_freq") || key.hasPrefix("h.") && ofAttention
  }

  /// Whether a tensor has a part for each layer, or for each pair of layers of the challenge's
  /// models: it does not follow layers to other places.
  static func isStacked(_ key: String) -> Bool {
    let words = [
      "skip_weights", "skip_gates", "resid_lambdas", "x0_lambdas", "lane_lambdas",
      "ve_layer_scales",
    ]
    return words.contains(key) || key.hasSuffix("_bank")
  }

  /// Whether rows of a tensor are looked up by tokens or positions, and nothing is multiplied with
  /// it but where a head shares it.
  static func isTable(_ key: String) -> Bool {
    let words = [
      "embed_tokens", "wte", "wpe", "tok_emb", "tok_embeddings", "word_embeddings", "embed_in",
      "embeddings", "embedding", "embed", "shared", "embed_positions", "position_embeddings",
      "token_type_embeddings", "value_embeds",
    ]
    let parts = canonical(key).key.split(separator: ".")
    let isNumber = { (part: Substring) in part.utf8.allSatisfy { 0x30...0x39 ~= $0 } }
    guard parts.last == "weight", let module = parts.dropLast().last(where: { !isNumber($0) })
    else { return false }
    return words.contains(String(module))
  }

  /// What a tensor that is missing shares its elements with.
  static func ties(_ key: String) -> [String] {
    key == "lm_head.weight" ? ["model.embed_tokens.weight", "wte.weight"] : []
  }
}
