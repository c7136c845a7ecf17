public import Diagnostics
public import TensorCore
internal import TensorOps

extension GolfGPT {
  /// A model of the given tensors. Throws A01 where they are not those that the configuration
  /// wants, A02 where the configuration contradicts itself.
  public init(
    _ tensors: [String: Tensor], configuration: GolfConfiguration, arithmetic: DType
  ) throws(Rejection) {
    let tensors = GolfBanks.unbanked(tensors)
    var configuration = configuration
    guard configuration.infer(from: tensors.mapValues(\.shape.dimensions)) else {
      throw Rejection(
        ArchitectureRules.unknownArchitecture,
        "tok_emb.weight, blocks.0.resid_mix, blocks.0.attn.q_gain and the matrices of a block do "
          + "not describe a model of the challenge")
    }
    try configuration.statedSizes.compare(with: configuration)
    try configuration.validate()
    let wanted = configuration.wanted { tensors[$0]?.shape.dimensions }
    parameters = try Parameters(tensors, wanted: wanted, arithmetic: arithmetic)
    self.configuration = configuration
  }
}

extension GolfConfiguration {
  /// Throws A02 where layer numbers or bounds are impossible.
  func validate() throws(Rejection) {
    let layers = 0..<layerCount
    try require(
      valueLayers.allSatisfy(layers.contains), "ve_layers \(valueLayers) of \(layerCount) layers")
    try require(
      recurrentLayers.allSatisfy(layers.contains)
        && zip(recurrentLayers, recurrentLayers.dropFirst()).allSatisfy(<),
      "recur_layers \(recurrentLayers) of \(layerCount) layers")
    try require(
      loopCount == 0
        || (layers.contains(loopStart) && layers.contains(loopEnd) && loopStart <= loopEnd),
      "the loop from \(loopStart) to \(loopEnd) of \(layerCount) layers")
    try require((0...64).contains(loopCount), "num_loops \(loopCount)")
    let counts = [
      ("xsa_last_n", exclusiveLayerCount), ("train_seq_len", ropeTrainLength),
      ("eval_seq_len", segmentLength), ("parallel_start_layer", laneStart),
      ("bos_id", beginToken), ("parallel_residual_start", parallelResidualStart + 1),
    ]
    for (key, count) in counts { try require(count >= 0, "a negative \(key)") }
    try require(logitBound > 0 && logitBound.isFinite, "logit_softcap \(logitBound)")
    try require(ropeBase > 0 && ropeBase.isFinite, "rope_base \(ropeBase)")
    try require(
      (0...headWidth).contains(ropeWidth) && ropeWidth % 2 == 0,
      "rope_dims \(ropeWidth) of \(headWidth)")
  }

  private func require(_ condition: Bool, _ text: String) throws(Rejection) {
    guard condition else {
      throw Rejection(ArchitectureRules.configuration, "\(text) is impossible")
    }
  }
}

/// The banks that some records keep the matrices of all layers in.
enum GolfBanks {
  /// The tensors with every bank taken apart into the matrices of its layers; copies nothing.
  static func unbanked(_ tensors: [String: Tensor]) -> [String: Tensor] {
    var result = tensors
    for (name, first, second) in banks {
      guard let bank = tensors[name], bank.shape.rank == 3 else { continue }
      result[name] = nil
      let layerCount = second == nil ? bank.shape[0] : bank.shape[0] / 2
      for index in 0..<bank.shape[0] {
        let part = index < layerCount ? first : second ?? first
        let matrix = bank.slice(index..<(index + 1)).reshaped([bank.shape[1], bank.shape[2]])
        result["blocks.\(index % max(layerCount, 1)).\(part).weight"] = matrix
      }
    }
    return result
  }

  private static let banks: [(String, String, String?)] = [
    ("qo_bank", "attn.c_q", "attn.proj"), ("kv_bank", "attn.c_k", "attn.c_v"),
    ("mlp_up_bank", "mlp.fc", nil), ("mlp_down_bank", "mlp.proj", nil),
  ]
}
