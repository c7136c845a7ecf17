/// How much the model's prediction depends on what a layer gives: the diagonal of the Fisher
/// information of its output (the output side of a Kronecker-factored Hessian; Tseng et al. 2025).
public struct OutputStatistics: Sendable {
  /// For each output channel the mean of g² over tokens, g the derivative of the logarithm of a
  /// token's probability, drawn from the model itself.
  public let squares: [Double]

  /// Statistics of these means.
  public init(squares: [Double]) { self.squares = squares }
}
