extension GolfConfiguration {
  /// The tensors of a model of this configuration. Those that a record may or may not have are
  /// wanted if `given` knows their shape.
  func wanted(given: (_ name: String) -> [Int]?) -> [Parameter] {
    var wanted = [Parameter("tok_emb.weight", [vocabularySize, embeddingWidth])]
    wanted += (0..<layerCount).flatMap(blockParameters) + gateParameters(given)
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

  private func blockParameters(_ layer: Int) -> [Parameter] {
    let prefix = "blocks.\(layer)."
    let keyWidth = keyHeadCount * headWidth
    return [
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
  }

  /// The gates of attention: if one layer has one, all must. The projected one comes first.
  private func gateParameters(_ given: (String) -> [Int]?) -> [Parameter] {
    for name in ["attn.attn_gate_proj.weight", "attn.attn_gate_w"] {
      let names = (0..<layerCount).map { "blocks.\($0).\(name)" }
      guard let shape = names.lazy.compactMap(given).first else { continue }
      let width = min(shape.last ?? modelWidth, modelWidth)
      return names.map { Parameter($0, [headCount, width]) }
    }
    return []
  }

  /// The numbers of rows that `skip_weights` may have: one for each position that takes a skip.
  /// Where layers recur, positions without a row may come after those of the plain schedule.
  var skipRowCounts: ClosedRange<Int> {
    let positions = schedule.count / 2
    return (recurrentLayers.isEmpty ? positions : layerCount / 2)...positions
  }

  private func skipParameters(_ given: (String) -> [Int]?) -> [Parameter] {
    guard skipRowCounts.upperBound > 0 else { return [] }
    let stored = given("skip_weights")?.first ?? 0
    let rows = skipRowCounts.contains(stored) ? stored : skipRowCounts.lowerBound
    let names = ["skip_weights"] + (given("skip_gates") == nil ? [] : ["skip_gates"])
    return names.map { Parameter($0, [rows, modelWidth]) }
  }

  private func optionalParameters(_ given: (String) -> [Int]?) -> [Parameter] {
    func rows(_ name: String) -> Int { given(name)?.first ?? 0 }
    func columns(_ name: String) -> Int { given(name)?.last ?? 0 }
    // A single number, which files hold with one axis or none.
    func number(_ name: String, usually axes: [Int] = []) -> Parameter {
      let given = given(name)
      return Parameter(name, given == [] || given == [1] ? given ?? axes : axes)
    }
    let keyWidth = keyHeadCount * headWidth
    let bigramWidth = columns("bigram.embed.weight")
    let valueWidth = columns("ve_shared.embed.weight")
    var optional = [
      Parameter("bigram.embed.weight", [rows("bigram.embed.weight"), bigramWidth]),
      Parameter("bigram.proj.weight", [modelWidth, bigramWidth]),
      number("bigram.scale"),
      Parameter(
        "bigram_hash.table.weight",
        [rows("bigram_hash.table.weight"), columns("bigram_hash.table.weight")]),
      Parameter("bigram_hash.proj.weight", [modelWidth, columns("bigram_hash.table.weight")]),
      Parameter("smear.gate", [modelWidth]),
      Parameter("smeargate.gate", [modelWidth]),
      Parameter("smear_gate.weight", [1, min(columns("smear_gate.weight"), modelWidth)]),
      number("smear_lambda", usually: [1]),
      Parameter("ve_shared.embed.weight", [vocabularySize, valueWidth]),
      Parameter("ve_shared.proj.weight", [keyWidth, valueWidth]),
      number("ve_shared.scale"),
      number("lane_merge"),
      Parameter("parallel_post_lambdas", [layerCount, 2, 2]),
      Parameter("parallel_resid_lambdas", [layerCount, 2]),
      Parameter("vocab_bias", [vocabularySize]),
    ]
    optional += valueLayers.indices.map { Parameter("ve_layer_scales.\($0)", [1]) }
    let unread = unread(given)
    return skipParameters(given)
      + optional.filter { given($0.name) != nil && unread[$0.name] == nil } + companions(given)
  }

  /// Tensors that are there although nothing would read them, and why. To go on without them would
  /// score another model than was trained.
  func unread(_ given: (String) -> [Int]?) -> [String: String] {
    var reasons: [String: String] = [:]
    func unread(_ names: String..., if reason: String, _ condition: Bool) {
      guard condition else { return }
      for name in names where given(name) != nil { reasons[name] = reason }
    }
    func lacks(_ name: String) -> Bool { given(name) == nil }
    unread("lane_merge", if: "parallel_start_layer is 0", laneStart == 0)
    unread(
      "parallel_resid_lambdas", if: "there are no parallel_post_lambdas",
      lacks("parallel_post_lambdas"))
    unread(
      "bigram.embed.weight", "bigram.proj.weight", "bigram.scale",
      if: "bigram_hash.table.weight takes their place", !lacks("bigram_hash.table.weight"))
    unread(
      "bigram.proj.weight", "bigram.scale", if: "there is no bigram.embed.weight",
      lacks("bigram.embed.weight"))
    unread(
      "bigram_hash.proj.weight", if: "there is no bigram_hash.table.weight",
      lacks("bigram_hash.table.weight"))
    unread("smear_lambda", if: "there is no smear_gate.weight", lacks("smear_gate.weight"))
    unread(
      "ve_shared.embed.weight", "ve_shared.proj.weight", "ve_shared.scale",
      if: "ve_layers names no layer", valueLayers.isEmpty)
    for layer in 0..<layerCount {
      let prefix = "blocks.\(layer).attn."
      unread(
        prefix + "attn_gate_w", if: "attn_gate_proj takes its place",
        !lacks(prefix + "attn_gate_proj.weight"))
    }
    return reasons
  }

  /// Tensors without which others that are there make no sense.
  private func companions(_ given: (String) -> [Int]?) -> [Parameter] {
    let keyWidth = keyHeadCount * headWidth
    var needed: [Parameter] = []
    func need(_ name: String, _ dimensions: [Int], with other: String) {
      guard given(other) != nil, given(name) == nil else { return }
      needed.append(Parameter(name, dimensions))
    }
    if given("bigram_hash.table.weight") == nil {
      need("bigram.scale", [], with: "bigram.embed.weight")
    }
    need("smear_lambda", [1], with: "smear_gate.weight")
    need(
      "bigram_hash.proj.weight", [modelWidth, given("bigram_hash.table.weight")?.last ?? 0],
      with: "bigram_hash.table.weight")
    need("parallel_resid_lambdas", [layerCount, 2], with: "parallel_post_lambdas")
    if let width = given("bigram.embed.weight")?.last, width != modelWidth,
      given("bigram_hash.table.weight") == nil
    {
      need("bigram.proj.weight", [modelWidth, width], with: "bigram.embed.weight")
    }
    guard !valueLayers.isEmpty else { return needed }
    let stated = statedSizes["ve_dim"].flatMap(Int.init(exactly:)) ?? keyWidth
    let valueWidth = given("ve_shared.embed.weight")?.last ?? stated
    let missing =
      [
        Parameter("ve_shared.embed.weight", [vocabularySize, valueWidth]),
        Parameter("ve_shared.scale", []),
      ]
      + (valueWidth == keyWidth
        ? [] : [Parameter("ve_shared.proj.weight", [keyWidth, valueWidth])])
      + valueLayers.indices.map { Parameter("ve_layer_scales.\($0)", [1]) }
    return needed + missing.filter { given($0.name) == nil }
  }
}
