public import Diagnostics

/// The rules about computing merges.
public enum MergingRules {
  /// Densities that are no probabilities.
  public static let probability = Rule(
    "M08", "probabilities of DELLA are outside of 0 and 1",
    because: "An element stays with a probability between density − epsilon and density + epsilon.",
    remedy: "Choose epsilon smaller than density and than 1 − density.")

  /// Directions without a mean.
  public static let opposite = Rule(
    "M09", "the directions of the inputs cancel",
    because: "The mean of directions on a sphere is not determined where their sum vanishes.",
    remedy: "Choose other weights, leave a model out, or merge these tensors by another method.")

  /// Moments that no weight follows from.
  public static let moments = Rule(
    "M10", "statistics are none to merge by",
    because: """
      Fisher information is finite and not negative; RegMean solves a system with second moments, \
      which must be finite and positive definite.
      """,
    remedy: "Make the file anew with birdie calibrate, on more tokens; or raise damping.")

  /// What has no singular values.
  public static let spectrum = Rule(
    "M11", "a difference has no singular values",
    because: "Matrices with infinities or what is no number have none.",
    remedy: "Leave the model out, or merge these tensors by another method.")

  /// Weights that make no mean.
  public static let weights = Rule(
    "M16", "the weights of the inputs add up to nothing",
    because: "A mean divides by their sum.",
    remedy: "Give a model a weight above zero for the tensors that are named.")

  /// All of them, for the documentation and the tests.
  public static let all: [Rule] = [probability, opposite, moments, spectrum, weights]
}
