/// What is known of a model's tensor besides its elements.
public enum MergeStatistics: Sendable {
  /// The Fisher information of each element.
  case fisher(MergeElements)
  /// Σ xᵀx over so many inputs x of a layer, a square matrix of doubles. Where the weight lies the
  /// other way round than torch's linear layers, its rows are the layer's inputs.
  case secondMoments(MergeElements, rowCount: Int, isTransposed: Bool)
}
