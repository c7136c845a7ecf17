internal import Checkpoints
internal import Diagnostics
public import JSON
internal import Merging
internal import TensorCore
internal import TensorOps

/// Changes of low rank to the weights of a model (LoRA: Hu et al. 2022), in PEFT's format.
public struct LowRankAdapter: Sendable {
  /// The change of one weight.
  struct Change: Sendable {
    /// Rank × inputs.
    let a: NamedTensor
    /// Outputs × rank.
    let b: NamedTensor
    /// What their product is multiplied with.
    let scale: Double
    /// Whether rows of the weight are looked up: it lies the other way round than the product.
    let isTable: Bool
    /// Whether the model's other weights lie the other way round; nil where shapes tell.
    let liesTransposed: Bool?
    /// The length of each row of the result (DoRA); nil where lengths are free.
    let magnitudes: NamedTensor?
  }

  /// The changes by the weights' names.
  let changes: [String: Change]
  /// Weights as they were before the changes, where the adapter has them too: PEFT keeps embeddings
  /// that it changes.
  let bases: [String: NamedTensor]
  /// Tensors that take the place of the model's, by their names.
  let replacements: [String: NamedTensor]
  /// What `adapter_config.json` says.
  public let configuration: JSONValue
  /// Where it was read.
  public let path: String
}

extension LowRankAdapter.Change {
  /// Whether the weight lies the other way round than the product; nil where shapes tell.
  var isTransposed: Bool? { isTable ? true : liesTransposed }

  /// The factors, with the scale in B.
  func factors() throws(Rejection) -> LowRankFactors {
    let plain = try unscaledFactors()
    return LowRankFactors(a: plain.a, b: Matrix.sum([plain.b], by: [scale]))
  }

  /// The factors as they are stored.
  func unscaledFactors() throws(Rejection) -> LowRankFactors {
    LowRankFactors(a: try a.matrix(), b: try b.matrix())
  }
}

extension NamedTensor {
  /// The elements as a matrix. The tensor has two axes. Throws what reading throws.
  func matrix() throws(Rejection) -> Matrix {
    try mergeElements().matrix(shape[0], shape[1])
  }
}
