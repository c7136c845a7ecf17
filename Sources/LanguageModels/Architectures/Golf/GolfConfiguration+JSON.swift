public import Diagnostics
public import JSON

extension GolfConfiguration {
  /// The configuration in the records' hyper-parameters, in lower case. Keys that are not known are
  /// those of training and mean nothing here. Throws A02 for a value of the wrong kind.
  public init(_ json: JSONValue) throws(Rejection) {
    let reader = ConfigurationReader(json)
    try readShape(reader)
    try readSchedule(reader)
    for key in ["gate_attn_src", "attn_out_gate_src"] {
      gateSource = try reader.choice(key, GateSource.self) ?? gateSource
    }
    sparseGateScale =
      Float(try reader.number("sparse_attn_gate_scale") ?? Double(sparseGateScale))
    masksSmear = try reader.bool("smear_bos_mask") ?? masksSmear
    masksDocuments = try reader.bool("document_mask") ?? masksDocuments
    beginToken = try reader.integer("bos_id") ?? beginToken
    segmentLength = try reader.integer("eval_seq_len") ?? segmentLength
    statedSizes = try StatedSizes(reader)
    // Scripts have default layers even where value embeddings are off.
    if statedSizes["ve_enabled"] == 0 { valueLayers = [] }
  }

  private mutating func readShape(_ reader: ConfigurationReader) throws(Rejection) {
    ropeBase = try reader.number("rope_base") ?? ropeBase
    ropeWidth = try reader.integer("rope_dims") ?? ropeWidth
    usesRescaling = try reader.bool("rope_yarn") ?? usesRescaling
    ropeTrainLength = try reader.integer("train_seq_len") ?? ropeTrainLength
    logitBound = Float(try reader.number("logit_softcap") ?? Double(logitBound))
    softCap = try reader.choice("softcap_type", SoftCap.self) ?? softCap
    negativeSlope = Float(try reader.number("neg_slope") ?? Double(negativeSlope))
    scalesNorms = try reader.bool("ln_scale") ?? scalesNorms
    exclusiveLayerCount = try reader.integer("xsa_last_n") ?? exclusiveLayerCount
    valueLayers = try reader.integers("ve_layers") ?? valueLayers
  }

  private mutating func readSchedule(_ reader: ConfigurationReader) throws(Rejection) {
    recurrentLayers = try reader.integers("recur_layers") ?? recurrentLayers
    clampsSkips = try reader.bool("skip_clamp") ?? clampsSkips
    loopCount = try reader.integer("num_loops") ?? loopCount
    loopStart = try reader.integer("loop_start") ?? loopStart
    loopEnd = try reader.integer("loop_end") ?? loopEnd
    parallelResidualStart =
      try reader.integer("parallel_residual_start") ?? parallelResidualStart
    laneStart = try reader.integer("parallel_start_layer") ?? laneStart
    laneSkips = try reader.choice("lane_skips", LaneSkips.self) ?? laneSkips
    finalLane = try reader.choice("parallel_final_lane", FinalLane.self) ?? finalLane
  }
}

/// What a configuration states although the tensors settle it.
struct StatedSizes: Sendable, Equatable {
  private var sizes: [String: Double] = [:]

  init() {}

  init(_ reader: ConfigurationReader) throws(Rejection) {
    let numbers = [
      "vocab_size", "embedding_dim", "model_dim", "num_layers", "num_heads", "num_kv_heads",
      "mlp_mult", "bigram_vocab_size", "bigram_dim", "ve_dim", "gate_window",
    ]
    for key in numbers { sizes[key] = try reader.number(key) }
    for key in ["tie_embeddings", "ve_enabled", "skip_gates_enabled", "smear_gate_enabled"] {
      sizes[key] = try reader.bool(key).map { $0 ? 1 : 0 }
    }
  }

  /// What is stated under a key; 0 and 1 stand for truth values.
  subscript(_ key: String) -> Double? { sizes[key] }

  /// Throws A02 where a size is not the one that the tensors have.
  func compare(with actual: GolfConfiguration) throws(Rejection) {
    for (key, size) in [
      ("vocab_size", actual.vocabularySize), ("model_dim", actual.modelWidth),
      ("num_layers", actual.layerCount), ("num_heads", actual.headCount),
      ("num_kv_heads", actual.keyHeadCount), ("tie_embeddings", actual.tiesEmbeddings ? 1 : 0),
    ] {
      try compare(key, with: size)
    }
    if let stated = sizes["embedding_dim"], stated > 0 {
      try compare("embedding_dim", with: actual.embeddingWidth)
    }
    if let factor = sizes["mlp_mult"],
      abs(factor * Double(actual.modelWidth) - Double(actual.hiddenWidth)) >= 1
    {
      throw Rejection(
        ArchitectureRules.configuration,
        "mlp_mult is \(factor), and the tensors have \(actual.hiddenWidth) hidden units for "
          + "\(actual.modelWidth) channels")
    }
  }

  /// Throws A02 where what is optional is stated and not there, there and stated not to be, or of
  /// another size. Sizes of what is not there mean nothing: scripts have defaults for them.
  func compare(with shapes: GolfShapes) throws(Rejection) {
    let bigrams = shapes["bigram.embed.weight"] ?? shapes["bigram_hash.table.weight"]
    try compare("bigram_vocab_size", with: bigrams?.first ?? 0)
    if let width = bigrams?.last { try compare("bigram_dim", with: width) }
    let values = shapes["ve_shared.embed.weight"]
    try compare("ve_enabled", with: values == nil ? 0 : 1)
    if let width = values?.last { try compare("ve_dim", with: width) }
    try compare("skip_gates_enabled", with: shapes["skip_gates"] == nil ? 0 : 1)
    let smear = shapes["smear_gate.weight"]
    let isSmeared = [smear, shapes["smear.gate"], shapes["smeargate.gate"]].contains { $0 != nil }
    // The records before the windowed gate had one that no key mentions.
    let isStatedSmeared = sizes["smear_gate_enabled"] == 1
    try compare("smear_gate_enabled", with: (isStatedSmeared ? isSmeared : smear != nil) ? 1 : 0)
    for window in [smear, shapes["blocks.0.attn.attn_gate_proj.weight"]] {
      if let width = window?.last { try compare("gate_window", with: width) }
    }
  }

  private func compare(_ key: String, with size: Int) throws(Rejection) {
    guard let stated = sizes[key], stated != Double(size) else { return }
    let text = Int(exactly: stated).map(String.init) ?? "\(stated)"
    throw Rejection(
      ArchitectureRules.configuration, "\(key) is \(text), and the tensors say \(size)")
  }
}
