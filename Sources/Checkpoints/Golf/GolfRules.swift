public import Diagnostics

/// The rule that only artifacts of training scripts can break.
///
/// C07 and C12 are in `ByteCodecRules`, C08 and C09 about codes and scales in `EncodingRules`.
public enum GolfRules {
  /// Something in the artifact is not needed to restore the weights.
  public static let unusedEntry = Rule(
    "C13", "entry that nothing refers to",
    because: "The artifact holds a tensor that no meta data mention. The script that wrote it "
      + "ignores such tensors, and so does this program.",
    remedy: "Nothing needs to be done unless a weight is missing from the result.")

  /// Every rule that only artifacts can break.
  public static let all = [unusedEntry]
}
