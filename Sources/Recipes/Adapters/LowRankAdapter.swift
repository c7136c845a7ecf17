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
    /// Whether the weight lies the other way round than the product; nil where shapes tell.
    let isTransposed: Bool?
    /// The length of each row of the result (DoRA); nil where lengths are free.
    let magnitudes: NamedTensor?
  }

  /// The changes by the weights' names.
  let changes: [String: Change]
  /// Tensors that take the place of the model's, by their names.
  let replacements: [String: NamedTensor]
  /// What `adapter_config.json` says.
  public let configuration: JSONValue
  /// Where it was read.
  public let path: String
}

extension LowRankAdapter.Change {
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
  /// The elements as a matrix. The tensor has two axes.
  func matrix() throws(Rejection) -> Matrix {
    Matrix(
      try floats().map(Double.init), rowCount: shape[0], columnCount: shape[1])
  }
}
