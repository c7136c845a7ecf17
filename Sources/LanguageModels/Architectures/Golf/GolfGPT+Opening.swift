public import Diagnostics
public import TensorCore
public import TensorOps

extension GolfGPT {
  /// A model of the given tensors. Throws A01 where they are not those that the configuration
  /// wants, A02 where the configuration contradicts itself. It computes with what `making` makes of
  /// the tensors.
  public init(
    _ tensors: [String: Tensor], configuration: GolfConfiguration, arithmetic: DType,
    making: ValueMaker<Value> = { Value(constant: $1) }
  ) throws(Rejection) {
    let (tensors, places) = try GolfBanks.unbanked(tensors)
    self.places = places
    let shapes = GolfShapes(tensors.mapValues(\.shape.dimensions))
    var configuration = configuration
    try configuration.infer(from: shapes)
    try configuration.statedSizes.compare(with: configuration)
    try configuration.statedSizes.compare(with: shapes)
    try configuration.validate()
    try configuration.validate(against: shapes)
    let hasSkips = configuration.skipRowCounts.upperBound > 0
    parameters = try Parameters(
      tensors, wanted: configuration.wanted { shapes[$0] }, arithmetic: arithmetic,
      making: making, unread: configuration.unread { shapes[$0] }
    ) {
      // A single layer stores the rows of no skips.
      !hasSkips && ["skip_weights", "skip_gates"].contains($0) && shapes[$0]?.first == 0
    }
    self.configuration = configuration
  }
}

extension GolfConfiguration {
  /// Throws A02 where layer numbers or bounds are impossible.
  func validate() throws(Rejection) {
    let layers = 0..<layerCount
    try require(
      valueLayers.allSatisfy(layers.contains) && Set(valueLayers).count == valueLayers.count,
      "ve_layers \(valueLayers) of \(layerCount) layers")
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
      ("bos_id", beginToken),
    ]
    for (key, count) in counts { try require(count >= 0, "a negative \(key)") }
    try require(
      parallelResidualStart >= -1, "parallel_residual_start \(parallelResidualStart)")
    try require(logitBound > 0 && logitBound.isFinite, "logit_softcap \(logitBound)")
    try require(ropeBase > 0 && ropeBase.isFinite, "rope_base \(ropeBase)")
    try require(
      (0...headWidth).contains(ropeWidth) && ropeWidth % 2 == 0,
      "rope_dims \(ropeWidth) of \(headWidth)")
  }

  /// Throws A02 where the schedule is not the one that the tensors were trained with. Expects a
  /// configuration that is possible.
  func validate(against shapes: GolfShapes) throws(Rejection) {
    if let rows = shapes["skip_weights"]?.first, !skipRowCounts.contains(rows) {
      throw Rejection(
        ArchitectureRules.configuration,
        "skip_weights has \(rows) rows, and a schedule of \(schedule.count) layers takes "
          + "\(skipRowCounts.upperBound): num_loops, loop_start and loop_end say which layers run "
          + "repeatedly, recur_layers which run twice")
    }
    let hasLanes = shapes["lane_merge"] != nil || shapes["parallel_post_lambdas"] != nil
    if hasLanes, laneStart > 0 {
      try require(
        schedule[(schedule.count / 2)...].contains { $0 >= laneStart },
        "parallel_start_layer \(laneStart) of \(layerCount) layers, where no lane begins,")
    }
  }

  private func require(_ condition: Bool, _ text: String) throws(Rejection) {
    guard condition else {
      throw Rejection(ArchitectureRules.configuration, "\(text) is impossible")
    }
  }
}

/// The banks that some records keep the matrices of all layers in.
enum GolfBanks {
  /// The tensors with every bank taken apart into the matrices of its layers, and where these
  /// are; copies nothing. Throws A01 for a bank whose matrices are there by themselves too, or do
  /// not pair.
  static func unbanked(
    _ tensors: [String: Tensor]
  ) throws(Rejection) -> (tensors: [String: Tensor], places: [String: StoredMatrix]) {
    var result = tensors
    var places: [String: StoredMatrix] = [:]
    for (name, first, second) in banks {
      // What is no bank, or has none or too many layers, is left over.
      guard let bank = tensors[name], bank.shape.rank == 3,
        (1...2 * GolfShapes.maximumLayerCount).contains(bank.shape[0])
      else { continue }
      guard second == nil || bank.shape[0] % 2 == 0 else {
        throw Rejection(
          ArchitectureRules.parameters,
          "misshapen: \(name) has \(bank.shape[0]) matrices, and each layer has two")
      }
      result[name] = nil
      let layerCount = second == nil ? bank.shape[0] : bank.shape[0] / 2
      for index in 0..<bank.shape[0] {
        let part = index < layerCount ? first : second ?? first
        let matrix = "blocks.\(index % layerCount).\(part).weight"
        guard tensors[matrix] == nil else {
          throw Rejection(
            ArchitectureRules.parameters, "there twice: \(matrix), by itself and in \(name)")
        }
        result[matrix] = bank.slice(index..<(index + 1))
          .reshaped([bank.shape[1], bank.shape[2]])
        places[matrix] = StoredMatrix(tensor: name, matrix: index)
      }
    }
    return (result, places)
  }

  private static let banks: [(String, String, String?)] = [
    ("qo_bank", "attn.c_q", "attn.proj"), ("kv_bank", "attn.c_k", "attn.c_v"),
    ("mlp_up_bank", "mlp.fc", nil), ("mlp_down_bank", "mlp.proj", nil),
  ]
}
