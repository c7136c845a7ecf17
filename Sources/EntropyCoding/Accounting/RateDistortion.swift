/// What no coder of a Gaussian source can beat, to judge quantizers by.
public enum RateDistortion {
  /// The bits per sample that a Gaussian source of variance 1 needs at a mean squared error:
  /// R(D) = ½ log2(1 / D) (Shannon 1959); 0 for an error of 1 and more.
  public static func gaussianRate(distortion: Double) -> Double {
    precondition(distortion > 0, "an error of 0 takes all bits there are")
    return max(0, -0.5 * BinaryLogarithm.of(distortion))
  }

  /// The bits per sample that a quantizer takes beyond R(D): 0.2546 for a fine uniform one under
  /// ideal entropy coding.
  public static func gaussianGap(bitsPerSample: Double, distortion: Double) -> Double {
    bitsPerSample - gaussianRate(distortion: distortion)
  }
}
