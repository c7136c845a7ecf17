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

/// Sizes that a configuration states although the tensors settle them.
struct StatedSizes: Sendable, Equatable {
  private var sizes: [String: Double] = [:]

  init() {}

  init(_ reader: ConfigurationReader) throws(Rejection) {
    let keys = [
      "vocab_size", "embedding_dim", "model_dim", "num_layers", "num_heads", "num_kv_heads",
      "mlp_mult",
    ]
    for key in keys { sizes[key] = try reader.number(key) }
    sizes["tie_embeddings"] = try reader.bool("tie_embeddings").map { $0 ? 1 : 0 }
  }

  /// Throws A02 where a size is not the one that the tensors have.
  func compare(with actual: GolfConfiguration) throws(Rejection) {
    let settled: [(String, Int)] = [
      ("vocab_size", actual.vocabularySize), ("model_dim", actual.modelWidth),
      ("num_layers", actual.layerCount), ("num_heads", actual.headCount),
      ("num_kv_heads", actual.keyHeadCount), ("tie_embeddings", actual.tiesEmbeddings ? 1 : 0),
    ]
    for (key, size) in settled {
      guard let stated = sizes[key], stated != Double(size) else { continue }
      throw Rejection(
        ArchitectureRules.configuration, "\(key) is \(stated), and the tensors say \(size)")
    }
    if let stated = sizes["embedding_dim"], stated > 0, stated != Double(actual.embeddingWidth) {
      throw Rejection(
        ArchitectureRules.configuration,
        "embedding_dim is \(stated), and the tensors say \(actual.embeddingWidth)")
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
}
