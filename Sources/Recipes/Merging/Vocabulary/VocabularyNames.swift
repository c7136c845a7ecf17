/// The tensors that have a row for each token, by their canonical names.
enum VocabularyNames {
  /// What names of embeddings end in, whichever module they are of.
  private static let endings: [[Substring]] = [
    ["embed_tokens", "weight"], ["wte", "weight"], ["tok_emb", "weight"],
    ["tok_embeddings", "weight"], ["word_embeddings", "weight"], ["embed_in", "weight"],
  ]
  /// Embeddings and heads.
  private static let names: Set<String> = [
    "lm_head.weight", "lm_head.bias", "lm_head.linear.weight", "lm_head.linear.bias",
    "lm_head.decoder.weight", "lm_head.decoder.bias", "embed_out.weight", "output.weight",
    "output_layer.weight", "shared.weight", "backbone.embeddings.weight",
    "cls.predictions.bias", "cls.predictions.decoder.weight", "vocab_projector.weight",
    "vocab_projector.bias",
  ]

  /// Whether a tensor has a row for each token.
  static func isOne(_ key: String) -> Bool {
    guard !names.contains(key) else { return true }
    let parts = key.split(separator: ".")
    return LayerName(key).layer == nil && endings.contains { parts.suffix(2) == $0[...] }
  }
}
