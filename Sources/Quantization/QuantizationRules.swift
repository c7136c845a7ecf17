public import Diagnostics

/// The rules about quantizing weights.
public enum QuantizationRules {
  /// A weight has NaN or infinities.
  public static let notFinite = Rule(
    "Q01", "a weight is not finite",
    because: """
      No code stands for NaN or infinity, and one of them spoils every number that shares its \
      scale or its feedback.
      """,
    remedy: "Find them with birdie scan, and leave the tensor out or mend the checkpoint.")

  /// A method wants a matrix.
  public static let notAMatrix = Rule(
    "Q02", "the method needs a matrix",
    because: "Rows and columns are what scales and error feedback are arranged by.",
    remedy: "Choose another method for this tensor, or keep it in floating point.")

  /// Statistics are missing or do not fit.
  public static let foreignStatistics = Rule(
    "Q03", "the statistics do not fit the weight",
    because: """
      Error feedback weighs each input channel by what the layer reads there. Statistics of \
      another layer or model make it worse than none.
      """,
    remedy: "Make them with birdie calibrate from this model, or choose a method without.")

  /// A second moment cannot be factored.
  public static let singularStatistics = Rule(
    "Q04", "the second moments cannot be factored",
    because: """
      Error feedback needs the inverse of the damped second moments. They have NaN, negative \
      diagonal elements or too little damping.
      """,
    remedy: "Calibrate on more tokens, or raise the method's damping.")

  /// An option is unknown or has an impossible value.
  public static let option = Rule(
    "Q05", "an option of the method is wrong",
    because: "An option that is misread would quantize in another way than was asked for.",
    remedy: "birdie methods quantizers lists each method's options, defaults and units.",
    status: .usage)

  /// Nothing that was tried fits.
  public static let budget = Rule(
    "Q06", "the budget cannot be met",
    because: """
      With coarser steps an artifact gets smaller until nothing but scales, names and what is kept \
      in floating point is left of it.
      """,
    remedy: "Raise the budget, or quantize more tensors: the message says what would fit.")

  /// Codes have no place for a residual.
  public static let noResidual = Rule(
    "Q07", "the codes cannot have a residual",
    because: """
      A low-rank residual is added to integers with a scale for each row: formats and decoders \
      know it with nothing else, and beside other codes it would be lost.
      """,
    remedy: """
      Quantize every tensor of the recipe by gptq, or by rtn with scales of rows, or take out its \
      residual.
      """)

  /// Codes stand for numbers that the weight's type cannot hold.
  public static let beyondType = Rule(
    "Q08", "the codes stand for numbers that the weight's type does not hold",
    because: """
      A weight near the largest number of its type is rounded to one beyond it, which would be \
      decoded to infinity.
      """,
    remedy: "Keep the tensor in floating point, or convert the checkpoint to float32 first.")

  /// All of them, for the documentation and the tests.
  public static let all: [Rule] = [
    notFinite, notAMatrix, foreignStatistics, singularStatistics, option, budget,
    noResidual, beyondType,
  ]
}
