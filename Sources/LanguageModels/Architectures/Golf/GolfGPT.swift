internal import TensorCore
public import TensorOps

/// The challenge's baseline model and what its records added, as `docs/formats/golf-gpt.md` defines
/// them.
public struct GolfGPT<Value: TensorValue>: LanguageModel {
  /// The hyper-parameters.
  public let configuration: GolfConfiguration
  let parameters: Parameters<Value>
  /// Where the file has what is in a bank.
  let places: [String: StoredMatrix]

  /// How many tokens there are.
  public var vocabularySize: Int { configuration.vocabularySize }
  /// The token that begins a document.
  public var beginToken: Int? { configuration.beginToken }

  /// Values that value embeddings are added to have no other basis and no other order, nor have
  /// queries of which a gate reads the first.
  public var freedoms: [ModelFreedom] {
    (0..<configuration.layerCount).flatMap { layer -> [ModelFreedom] in
      let block = "blocks.\(layer)"
      let units = ModelFreedom.hiddenUnits(
        producers: [block + ".mlp.fc.weight"], consumer: block + ".mlp.proj.weight")
      guard !configuration.valueLayers.contains(layer) else { return [units] }
      return [
        units,
        heads(block + ".attn."),
        .headValues(
          values: block + ".attn.c_v.weight", output: block + ".attn.proj.weight",
          headWidth: configuration.headWidth,
          sharing: configuration.headCount / configuration.keyHeadCount),
      ].compactMap(\.self)
    }
  }

  private func heads(_ prefix: String) -> ModelFreedom? {
    let gates = ["attn_gate_proj.weight", "attn_gate_w"].filter {
      parameters[ifWanted: prefix + $0] != nil
    }
    guard gates.isEmpty || configuration.gateSource != .q else { return nil }
    return .heads(
      queries: (["c_q.weight", "q_gain"] + gates).map { prefix + $0 },
      keys: [prefix + "c_k.weight", prefix + "c_v.weight"], output: prefix + "proj.weight",
      headCount: configuration.headCount,
      sharing: configuration.headCount / configuration.keyHeadCount)
  }

  /// The logits of the token after each position.
  public func logits(_ tokens: [Int], observer: LayerObserver<Value>?) -> Value {
    let embedding = GolfEmbedding(configuration: configuration, parameters: parameters)
    let start = embedding.embed(tokens, observer)
    let sequence = GolfSequence(tokens, configuration, parameters, observer)
    var trunk = GolfTrunk(self, sequence, start, observer)
    let x = trunk.run().rmsNormalized()
    return head(x, observer)
  }

  private func head(_ hidden: Value, _ observer: LayerObserver<Value>?) -> Value {
    var x = hidden
    for name in ["head_proj.weight", "embed_proj_rev.weight"] {
      guard let weight = parameters[ifWanted: name] else { continue }
      observer?(name, x)
      x = x.linear(weight, bias: nil)
    }
    let name = configuration.tiesEmbeddings ? "tok_emb.weight" : "lm_head.weight"
    observer?(name, x)
    var logits = x.linear(parameters[name], bias: nil)
    if let bias = parameters[ifWanted: "vocab_bias"] { logits = logits + bias }
    return capped(logits)
  }

  private func capped(_ logits: Value) -> Value {
    let bound = configuration.logitBound
    let scaled = logits.applying(.divide(by: bound))
    switch configuration.softCap {
    case .tanh:
      return scaled.applying(.hyperbolicTangent).applying(.scale(bound))
    case .poly:
      let u = scaled.applying(.clamp(limit: 2))
      let square = u.applying(.square)
      let cubic = square.applying(.divide(by: 3)).complement
      let quintic = square.applying(.square).applying(.divide(by: 15))
      return (u * (cubic + quintic)).applying(.clamp(limit: 1)).applying(.scale(bound))
    }
  }
}
