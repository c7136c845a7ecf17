public import Diagnostics

/// The rules about artifacts that training scripts compress by their own means.
///
/// C08 and C09, about codes and scales, are in `EncodingRules`.
public enum GolfRules {
  /// Rows are stored in an order that is no order.
  public static let invalidPermutation = Rule(
    "C07", "row order is no permutation",
    because: "Matrices of this artifact are stored with their rows reordered. An order that names "
      + "a row twice or not at all would leave rows of the weight unset.",
    remedy: "Fetch or export the artifact again; its stream of row orders is damaged.")

  /// The meta data name a scheme that this reader does not know.
  public static let unknownScheme = Rule(
    "C12", "unknown quantization scheme",
    because: "The artifact says that a weight is stored in a way that this program does not know. "
      + "Guessing would give numbers that look like a model and are none.",
    remedy: "Read the artifact with the script that wrote it, and report the scheme's name.")

  /// Something in the artifact is not needed to restore the weights.
  public static let unusedEntry = Rule(
    "C13", "entry that nothing refers to",
    because: "The artifact holds a tensor that no meta data mention. The script that wrote it "
      + "ignores such tensors, and so does this program.",
    remedy: "Nothing needs to be done unless a weight is missing from the result.")

  /// Every rule that only artifacts can break.
  public static let all = [invalidPermutation, unknownScheme, unusedEntry]
}
