/// How much the model's prediction depends on what a layer gives: the diagonal of the Fisher
/// information of its output (the output side of a Kronecker-factored Hessian; Tseng et al. 2025).
public struct OutputStatistics: Sendable {
  /// For each output channel the mean of g² over tokens, g the derivative of the logarithm of a
  /// token's probability, drawn from the model itself.
  public let squares: [Double]

  /// Statistics of these means.
  public init(squares: [Double]) { self.squares = squares }

  /// Mixed with their mean, which has `damping` times the weight: what hardly mattered to the tokens that were seen
  /// may matter to others, and to a model that has changed.
  func damped(by damping: Double) -> OutputStatistics {
    let mean = squares.reduce(0, +) / Double(max(squares.count, 1))
    return OutputStatistics(squares: squares.map { ($0 + damping * mean) / (1 + damping) })
  }
}
