internal import TensorCore
internal import TensorOps

extension GolfGPT {
  /// The channels, the hidden units, the heads of layers without value embeddings, and what lies
  /// between the tables of bigrams and values and their projections.
  ///
  /// What reads the first k channels by themselves, as gates with a window do, lets these change
  /// places only among each other, and those behind among each other.
  public var symmetries: [ModelSymmetry] {
    let symmetries =
      embeddingChannels + tables + modelChannels
      + freedoms.compactMap { ModelSymmetry($0, extent: { extent($0, $1) ?? 0 }) }
    return symmetries.map { symmetry in
      symmetry.stored { places[$0] ?? StoredMatrix(tensor: $0) }
    }
  }

  private func extent(_ name: String, _ axis: Int) -> Int? {
    guard let shape = parameters[ifWanted: name]?.shape, axis < shape.rank else { return nil }
    return shape[axis]
  }

  private var isFactored: Bool { configuration.embeddingWidth != configuration.modelWidth }

  /// A token's embedding, and what is added to it before it is projected.
  private var aroundEmbedding: [(String, axis: Int)] {
    let bigrams =
      parameters[ifWanted: "bigram.proj.weight"] == nil
      ? ("bigram.embed.weight", axis: 1) : ("bigram.proj.weight", axis: 0)
    return [
      ("tok_emb.weight", 1), ("lm_head.weight", 1), bigrams, ("bigram_hash.proj.weight", 0),
      ("smeargate.gate", 0), ("smear_gate.weight", 1),
    ]
  }

  /// The channels of an embedding that is narrower or wider than the model.
  private var embeddingChannels: [ModelSymmetry] {
    guard isFactored else { return [] }
    let projections = [
      ("embed_proj.weight", axis: 1), ("head_proj.weight", axis: 0),
      ("embed_proj_rev.weight", axis: 0),
    ]
    return channels(
      "embedding", configuration.embeddingWidth, windows: ["smear_gate.weight"],
      aroundEmbedding + projections)
  }

  private var modelChannels: [ModelSymmetry] {
    let layers = 0..<configuration.layerCount
    var axes = [("smear.gate", axis: 0), ("skip_weights", axis: 1), ("skip_gates", axis: 1)]
    var windows = layers.map { "blocks.\($0).attn.attn_gate_w" }
    if configuration.gateSource != .q {
      windows += layers.map { "blocks.\($0).attn.attn_gate_proj.weight" }
    }
    axes += windows.map { ($0, axis: 1) }
    if isFactored {
      axes += [
        ("embed_proj.weight", axis: 0), ("head_proj.weight", axis: 1),
        ("embed_proj_rev.weight", axis: 1),
      ]
    } else {
      axes += aroundEmbedding
      windows.append("smear_gate.weight")
    }
    for layer in layers {
      let block = "blocks.\(layer)."
      axes += ["attn.c_q", "attn.c_k", "attn.c_v", "mlp.fc"].map { (block + $0 + ".weight", 1) }
      axes += ["attn.proj", "mlp.proj"].map { (block + $0 + ".weight", 0) }
      axes += [
        (block + "attn_scale", axis: 0), (block + "mlp_scale", axis: 0),
        (block + "resid_mix", axis: 1),
      ]
    }
    return channels("residual", configuration.modelWidth, windows: windows, axes)
  }

  /// The channels between tables and their projections.
  private var tables: [ModelSymmetry] {
    let pairs = [
      ("bigram", "bigram.embed.weight", "bigram.proj.weight"),
      ("bigram_hash", "bigram_hash.table.weight", "bigram_hash.proj.weight"),
      ("ve_shared", "ve_shared.embed.weight", "ve_shared.proj.weight"),
    ]
    return pairs.compactMap { name, table, projection in
      guard let count = extent(table, 1), extent(projection, 1) == count else { return nil }
      return ModelSymmetry(
        name, .hiddenUnits, count: count,
        [PermutedAxis(table, axis: 1), PermutedAxis(projection, axis: 1)])
    }
  }

  /// Channels that no window tells apart; what is not there has none of them.
  private func channels(
    _ name: String, _ width: Int, windows: [String], _ axes: [(String, axis: Int)]
  ) -> [ModelSymmetry] {
    let windows = windows.compactMap { extent($0, 1) }.filter { $0 < width }
    let cuts = Set(windows + [0, width]).sorted()
    return zip(cuts, cuts.dropFirst()).map { start, end in
      let whole = end - start == width
      return ModelSymmetry(
        whole ? name : "\(name) \(start)..<\(end)", .channels, count: end - start,
        axes.filter { extent($0.0, $0.axis) ?? 0 >= end }
          .map { PermutedAxis($0.0, axis: $0.axis, start: start) })
    }
  }
}
