extension GolfConfiguration {
  /// The tensors of a model of this configuration. Those that a record may or may not have are
  /// wanted if `given` knows their shape.
  func wanted(given: (_ name: String) -> [Int]?) -> [Parameter] {
    var wanted = [Parameter("tok_emb.weight", [vocabularySize, embeddingWidth])]
    wanted += (0..<layerCount).flatMap { blockParameters($0, given) }
    if !tiesEmbeddings {
      wanted.append(Parameter("lm_head.weight", [vocabularySize, embeddingWidth]))
    }
    if embeddingWidth != modelWidth {
      wanted.append(Parameter("embed_proj.weight", [modelWidth, embeddingWidth]))
      let back = given("head_proj.weight") == nil ? "embed_proj_rev.weight" : "head_proj.weight"
      wanted.append(Parameter(back, [embeddingWidth, modelWidth]))
    }
    return wanted + optionalParameters(given)
  }

  private func blockParameters(_ layer: Int, _ given: (String) -> [Int]?) -> [Parameter] {
    let prefix = "blocks.\(layer)."
    let keyWidth = keyHeadCount * headWidth
    var wanted = [
      Parameter(prefix + "attn.c_q.weight", [modelWidth, modelWidth]),
      Parameter(prefix + "attn.c_k.weight", [keyWidth, modelWidth]),
      Parameter(prefix + "attn.c_v.weight", [keyWidth, modelWidth]),
      Parameter(prefix + "attn.proj.weight", [modelWidth, modelWidth]),
      Parameter(prefix + "attn.q_gain", [headCount]),
      Parameter(prefix + "mlp.fc.weight", [hiddenWidth, modelWidth]),
      Parameter(prefix + "mlp.proj.weight", [modelWidth, hiddenWidth]),
      Parameter(prefix + "attn_scale", [modelWidth]),
      Parameter(prefix + "mlp_scale", [modelWidth]),
      Parameter(prefix + "resid_mix", [2, modelWidth]),
    ]
    for name in ["attn.attn_gate_proj.weight", "attn.attn_gate_w"] {
      guard let dimensions = given(prefix + name) else { continue }
      let width = min(dimensions.last ?? modelWidth, modelWidth)
      wanted.append(Parameter(prefix + name, [headCount, width]))
    }
    return wanted
  }

  private func optionalParameters(_ given: (String) -> [Int]?) -> [Parameter] {
    func rows(_ name: String) -> Int { given(name)?.first ?? 0 }
    func columns(_ name: String) -> Int { given(name)?.last ?? 0 }
    let keyWidth = keyHeadCount * headWidth
    let bigramWidth = columns("bigram.embed.weight")
    let valueWidth = columns("ve_shared.embed.weight")
    var optional = [
      Parameter("skip_weights", [rows("skip_weights"), modelWidth]),
      Parameter("skip_gates", [rows("skip_weights"), modelWidth]),
      Parameter("bigram.embed.weight", [rows("bigram.embed.weight"), bigramWidth]),
      Parameter("bigram.proj.weight", [modelWidth, bigramWidth]),
      Parameter("bigram.scale", given("bigram.scale") ?? []),
      Parameter(
        "bigram_hash.table.weight",
        [rows("bigram_hash.table.weight"), columns("bigram_hash.table.weight")]),
      Parameter("bigram_hash.proj.weight", [modelWidth, columns("bigram_hash.table.weight")]),
      Parameter("smear.gate", [modelWidth]),
      Parameter("smeargate.gate", [modelWidth]),
      Parameter("smear_gate.weight", [1, min(columns("smear_gate.weight"), modelWidth)]),
      Parameter("smear_lambda", given("smear_lambda") ?? []),
      Parameter("ve_shared.embed.weight", [vocabularySize, valueWidth]),
      Parameter("ve_shared.proj.weight", [keyWidth, valueWidth]),
      Parameter("ve_shared.scale", given("ve_shared.scale") ?? []),
      Parameter("lane_merge", given("lane_merge") ?? []),
      Parameter("parallel_post_lambdas", [layerCount, 2, 2]),
      Parameter("parallel_resid_lambdas", [layerCount, 2]),
      Parameter("vocab_bias", [vocabularySize]),
    ]
    optional += valueLayers.indices.map { Parameter("ve_layer_scales.\($0)", [1]) }
    return optional.filter { given($0.name) != nil } + companions(given)
  }

  /// Tensors without which others that are there make no sense.
  private func companions(_ given: (String) -> [Int]?) -> [Parameter] {
    let keyWidth = keyHeadCount * headWidth
    var needed: [Parameter] = []
    func need(_ name: String, _ dimensions: [Int], with other: String) {
      guard given(other) != nil, given(name) == nil else { return }
      needed.append(Parameter(name, dimensions))
    }
    need("bigram.scale", [], with: "bigram.embed.weight")
    need("smear_lambda", [1], with: "smear_gate.weight")
    need("ve_shared.scale", [], with: "ve_shared.embed.weight")
    need(
      "bigram_hash.proj.weight", [modelWidth, given("bigram_hash.table.weight")?.last ?? 0],
      with: "bigram_hash.table.weight")
    need("parallel_resid_lambdas", [layerCount, 2], with: "parallel_post_lambdas")
    if let width = given("bigram.embed.weight")?.last, width != modelWidth {
      need("bigram.proj.weight", [modelWidth, width], with: "bigram.embed.weight")
    }
    if let width = given("ve_shared.embed.weight")?.last, width != keyWidth {
      need("ve_shared.proj.weight", [keyWidth, width], with: "ve_shared.embed.weight")
    }
    for index in valueLayers.indices {
      need("ve_layer_scales.\(index)", [1], with: "ve_shared.embed.weight")
    }
    return needed
  }

  /// Takes from the tensors' shapes every size that they settle; nil where they are not those of
  /// such a model.
  mutating func infer(from shapes: [String: [Int]]) -> Bool {
    guard let table = shapes["tok_emb.weight"], table.count == 2,
      let mix = shapes["blocks.0.resid_mix"], mix.count == 2,
      let gains = shapes["blocks.0.attn.q_gain"], gains.count == 1, gains[0] > 0,
      mix[1] % gains[0] == 0, mix[1] > 0
    else { return false }
    (vocabularySize, embeddingWidth) = (table[0], table[1])
    (modelWidth, headCount) = (mix[1], gains[0])
    let layers = shapes.keys.compactMap(Self.layer)
    layerCount = (layers.max() ?? -1) + 1
    // Layers may lack single tensors; any of them settles a size.
    let keys = (0..<layerCount).lazy.compactMap { shapes["blocks.\($0).attn.c_k.weight"]?.first }
    keyHeadCount = (keys.first ?? 0) / max(headWidth, 1)
    let hidden = (0..<layerCount).lazy.compactMap { shapes["blocks.\($0).mlp.fc.weight"]?.first }
    hiddenWidth = hidden.first ?? 0
    tiesEmbeddings = shapes["lm_head.weight"] == nil
    return keyHeadCount > 0 && headCount % keyHeadCount == 0 && hiddenWidth > 0
      && headWidth % 2 == 0 && layerCount <= 4096
  }

  /// The number of the block that a tensor belongs to.
  private static func layer(_ name: String) -> Int? {
    guard name.hasPrefix("blocks.") else { return nil }
    return Int(name.dropFirst("blocks.".count).prefix { $0 != "." })
  }
}
