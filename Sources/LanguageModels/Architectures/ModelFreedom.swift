/// A change of weights that leaves what a model computes as it is, but for rounding. Names are the
/// model's. What goes with rows of a matrix, such as biases, is named beside it, as vectors.
public enum ModelFreedom: Sendable, Equatable {
  /// The hidden units of a multilayer perceptron may have any order: rows of all `producers`, of
  /// shape [hidden, inputs] or [hidden], and columns of `consumer`, of shape [outputs, hidden]. The
  /// first producer is a matrix.
  case hiddenUnits(producers: [String], consumer: String)
  /// The values of a head may have any orthonormal basis: blocks of `headWidth` rows of `values`,
  /// and of columns of `output`, of which `sharing` blocks read the same values.
  case headValues(values: String, output: String, headWidth: Int, sharing: Int)
  /// The heads of an attention may have any order. Rows of all `queries` are of the heads in equal
  /// parts, and so are columns of `output`; rows of all `keys` are of the key-value heads, of which
  /// each is read by `sharing` heads that follow each other and stay together. The first of each
  /// is a matrix.
  case heads(queries: [String], keys: [String], output: String, headCount: Int, sharing: Int)
}
