public import Diagnostics

/// The rules about codes and the numbers that give them meaning.
public enum EncodingRules {
  /// Packed codes that no encoder writes, or too many or too few of them.
  public static let invalidCodes = Rule(
    "C08", "packed codes contradict themselves",
    because: "The packed bytes hold more or fewer codes than the shape needs, or byte values that "
      + "no encoder writes. A reader that looks away fills the rest of the weight with noise.",
    remedy: "Fetch or export the artifact again; its packed weights are damaged.")

  /// Components that do not fit each other.
  public static let componentMismatch = Rule(
    "C09", "codes and scales do not fit together",
    because: "A part of a compressed weight is missing, has another type or shape than its codes "
      + "need, or holds a scale that is no finite number. Broadcasting it anyway would give a "
      + "tensor of the right shape with wrong values.",
    remedy: "Export the artifact again with the script that wrote it, and compare the part that "
      + "the message names with its codes. A scale of zero is fine, NaN and infinity are not.")

  /// Every rule of the encodings.
  public static let all = [invalidCodes, componentMismatch]
}

/// Throws a rejection under `rule` unless `condition` holds.
func require(
  _ condition: Bool, _ rule: Rule, _ message: @autoclosure () -> String
) throws(Rejection) {
  guard condition else { throw Rejection(rule, message()) }
}
