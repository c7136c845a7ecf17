/// A function of one number.
public enum UnaryOperation: Sendable, Hashable {
  /// −x.
  case negate
  /// x².
  case square
  /// eˣ.
  case exponential
  /// The natural logarithm.
  case logarithm
  /// The hyperbolic tangent.
  case hyperbolicTangent
  /// 1 ÷ (1 + e⁻ˣ).
  case sigmoid
  /// x · sigmoid(x), also called swish.
  case silu
  /// x · Φ(x) (Hendrycks and Gimpel 2016).
  case gelu
  /// The approximation of `gelu` by a hyperbolic tangent, which GPT-2 uses.
  case geluTanh
  /// x, or `slope` · x where x is not positive; a slope of 0 is the plain ReLU.
  case leakyReLU(slope: Float)
  /// x times a constant.
  case scale(Float)
  /// x divided by a constant.
  case divide(by: Float)
  /// x plus a constant.
  case shift(Float)
  /// x, cut to ±limit.
  case clamp(limit: Float)
}

/// A function of two numbers.
public enum BinaryOperation: Sendable, Hashable {
  /// x + y.
  case add
  /// x − y.
  case subtract
  /// x · y.
  case multiply
  /// x ÷ y.
  case divide
}

/// What becomes of the innermost axis, which keeps the extent 1.
public enum RowReduction: Sendable, Hashable {
  /// The sum, accumulated in float32.
  case sum
  /// The largest element.
  case maximum
  /// log Σ eˣ.
  case logSumExp
}

/// A normalization of the innermost axis.
public enum RowNormalization: Sendable, Hashable {
  /// x ÷ √(mean(x²) + ε) (Zhang and Sennrich 2019).
  case rms(epsilon: Float)
  /// (x − mean) ÷ √(variance + ε) (Ba, Kiros and Hinton 2016).
  case layer(epsilon: Float)
  /// x ÷ max(‖x‖₂, ε).
  case unitLength(epsilon: Float)
  /// eˣ ÷ Σ eˣ.
  case softmax
}
