internal import Diagnostics

/// What the names and shapes of a checkpoint tell about a model of the challenge.
struct GolfShapes {
  /// The most layers that a model may have: numbers beyond are no layers.
  static let maximumLayerCount = 4096

  private let shapes: [String: [Int]]
  /// The shapes of the blocks' tensors, by what stands behind the block's number.
  private var blocks: [String: [[Int]]] = [:]
  /// One more than the highest number of a block.
  private(set) var layerCount = 0

  init(_ shapes: [String: [Int]]) {
    self.shapes = shapes
    for (name, dimensions) in shapes {
      guard let (layer, part) = Self.block(name) else { continue }
      blocks[part, default: []].append(dimensions)
      layerCount = max(layerCount, layer + 1)
    }
  }

  subscript(_ name: String) -> [Int]? { shapes[name] }

  /// Whether most names are those of such a model, or the two that every one has are there.
  var areOfGolf: Bool {
    if shapes["tok_emb.weight"] != nil, shapes["blocks.0.resid_mix"] != nil { return true }
    let known = shapes.keys.count { Self.block($0) != nil || Self.single.contains($0) }
    return known > 1 && 2 * known > shapes.count
  }

  /// An extent of a tensor of the blocks, of those with this rank: the one that most blocks have,
  /// so that a single damaged tensor does not decide.
  func extent(_ axis: Int, of part: String, rank: Int) -> [Int] {
    (blocks[part] ?? []).filter { $0.count == rank }.map { $0[axis] }
  }

  /// The number that stands there most often, the smaller of two that do so equally often.
  static func mostFrequent(_ numbers: [Int]) -> Int? {
    var counts: [Int: Int] = [:]
    for number in numbers where number > 0 { counts[number, default: 0] += 1 }
    return counts.max { ($0.value, $1.key) < ($1.value, $0.key) }?.key
  }

  /// The number of the block that a known tensor belongs to, and what it is there.
  private static func block(_ name: String) -> (layer: Int, part: String)? {
    guard name.hasPrefix("blocks.") else { return nil }
    let rest = name.dropFirst("blocks.".count)
    let digits = rest.prefix { $0 != "." }
    let part = String(rest.dropFirst(digits.count + 1))
    guard parts.contains(part), let layer = Int(digits), String(layer) == digits,
      (0..<maximumLayerCount).contains(layer)
    else { return nil }
    return (layer, part)
  }

  private static let parts: Set<String> = [
    "attn.c_q.weight", "attn.c_k.weight", "attn.c_v.weight", "attn.proj.weight", "attn.q_gain",
    "mlp.fc.weight", "mlp.proj.weight", "attn_scale", "mlp_scale", "resid_mix",
    "attn.attn_gate_proj.weight", "attn.attn_gate_w",
  ]

  private static let single: Set<String> = [
    "tok_emb.weight", "skip_weights", "skip_gates", "embed_proj.weight", "head_proj.weight",
    "embed_proj_rev.weight", "bigram.embed.weight", "bigram_hash.table.weight", "smear.gate",
    "smeargate.gate", "smear_gate.weight", "ve_shared.embed.weight", "qo_bank", "kv_bank",
    "mlp_up_bank", "mlp_down_bank",
  ]
}

extension GolfConfiguration {
  /// Takes every size from the tensors' shapes, or where they are missing from what the
  /// configuration states. Throws A01 with what is missing to settle a size, or does not fit the
  /// others, and A02 for a size that cannot be.
  mutating func infer(from shapes: GolfShapes) throws(Rejection) {
    let channels =
      shapes.extent(1, of: "resid_mix", rank: 2) + shapes.extent(0, of: "attn_scale", rank: 1)
      + shapes.extent(0, of: "mlp_scale", rank: 1)
    layerCount = try settle(shapes.layerCount, "num_layers", "the tensors of blocks.0")
    modelWidth = try settle(
      GolfShapes.mostFrequent(channels), "model_dim", "blocks.0.resid_mix [2, channels]")
    headCount = try settle(
      GolfShapes.mostFrequent(shapes.extent(0, of: "attn.q_gain", rank: 1)), "num_heads",
      "blocks.0.attn.q_gain [heads]")
    try require(
      modelWidth % headCount == 0,
      "misshapen: attn.q_gain is [\(headCount)], and \(modelWidth) channels do not divide into as "
        + "many heads")
    try require(headWidth % 2 == 0, "heads have \(headWidth) channels, an odd number")
    let keys = ["attn.c_k.weight", "attn.c_v.weight"].flatMap { shapes.extent(0, of: $0, rank: 2) }
    keyHeadCount = try settle(
      GolfShapes.mostFrequent(keys.map { $0 / headWidth }), "num_kv_heads",
      "blocks.0.attn.c_k.weight [rows of \(headWidth) for each head, \(modelWidth)]")
    try require(
      headCount % keyHeadCount == 0,
      "misshapen: attn.c_k.weight has rows for \(keyHeadCount) heads, which \(headCount) do not "
        + "share evenly")
    let hidden =
      shapes.extent(0, of: "mlp.fc.weight", rank: 2)
      + shapes.extent(1, of: "mlp.proj.weight", rank: 2)
    let stated = statedSizes["mlp_mult"].flatMap {
      Int(exactly: ($0 * Double(modelWidth)).rounded(.down))
    }
    hiddenWidth = try settle(
      GolfShapes.mostFrequent(hidden) ?? stated, "mlp_mult",
      "blocks.0.mlp.fc.weight [hidden, \(modelWidth)]")
    try inferEmbedding(from: shapes)
  }

  private mutating func inferEmbedding(from shapes: GolfShapes) throws(Rejection) {
    tiesEmbeddings = shapes["lm_head.weight"] == nil
    let tables = [shapes["tok_emb.weight"], shapes["lm_head.weight"]].compactMap(\.self)
      .filter { $0.count == 2 }
    vocabularySize = try settle(
      tables.first?[0], "vocab_size", "tok_emb.weight [tokens, \(modelWidth)]")
    let stated = statedSizes["embedding_dim"].flatMap(Int.init(exactly:)) ?? 0
    embeddingWidth = tables.first?[1] ?? (stated > 0 ? stated : modelWidth)
  }

  /// A size from the tensors, else as it is stated.
  private func settle(
    _ size: Int?, _ key: String, _ tensor: String
  ) throws(Rejection) -> Int {
    let limit = key == "num_layers" ? GolfShapes.maximumLayerCount : 1 << 28
    let stated = statedSizes[key].flatMap(Int.init(exactly:))
    let settled = size.flatMap { $0 > 0 ? $0 : nil } ?? stated
    guard let settled else {
      throw Rejection(
        ArchitectureRules.parameters, "missing or misshapen: \(tensor), which would settle \(key)")
    }
    guard settled > 0, size == settled || settled <= limit else {
      throw Rejection(ArchitectureRules.configuration, "\(key) \(settled) is impossible")
    }
    return settled
  }

  private func require(_ condition: Bool, _ complaint: String) throws(Rejection) {
    guard condition else { throw Rejection(ArchitectureRules.parameters, complaint) }
  }
}
