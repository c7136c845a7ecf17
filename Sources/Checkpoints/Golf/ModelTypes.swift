internal import TensorCore

/// The element types of the models that artifacts were made from.
///
/// Artifacts of the `w`/`m` layout do not store types: the scripts cast every weight to the type
/// that a freshly built model has. This is the one place that knows the rule:
/// 1. embedding tables are BF16;
/// 2. tensors with fewer than two axes are F32;
/// 3. control tensors, told by patterns in their names, are F32, except `skip_gates` of the record
///    that also has `repeat_mlp` weights;
/// 4. matrices named `….weight` and banks are F32;
/// 5. everything else, such as convolution kernels, is BF16.
struct ModelTypes {
  private let skipGatesAreControls: Bool

  /// The types of a model with these weights.
  init(names: [String]) {
    skipGatesAreControls = !names.contains { $0.hasPrefix("repeat_mlp.") }
  }

  /// The type of one weight.
  func dtype(_ name: String, shape: Shape) -> DType {
    if Self.embeddings.contains(where: { name == $0 || name.hasSuffix(".\($0)") }) { return .bf16 }
    if shape.rank < 2 { return .f32 }
    if name == "skip_gates" { return skipGatesAreControls ? .f32 : .bf16 }
    if Self.controlPatterns.contains(where: { contains($0, in: name) }) { return .f32 }
    let isLinear = shape.rank == 2 && name.hasSuffix(".weight")
    return isLinear || name.hasSuffix("_bank") ? .f32 : .bf16
  }

  private static let embeddings = [
    "tok_emb.weight", "bigram.embed.weight", "ve_shared.embed.weight", "bigram_emb.weight",
    "bigram_hash.table.weight",
  ]

  /// Substrings of the names of tensors that steer a layer instead of multiplying its input.
  private static let controlPatterns = [
    "attn_scale", "mlp_scale", "resid_mix", "q_gain", "skip_weight", "smear", "bigram.scale",
    "dtg_gate", "ve_layer_scales", "ve_shared.scale", "attn_gate", "vr_lambda",
    "parallel_post_lambdas", "parallel_resid_lambdas", "lane_merge", "mlp_gate_proj",
  ]
}
