public import Diagnostics

/// The rules of entropy-coded streams and of the messages that describe them.
public enum EntropyRules {
  /// A description that ends early or says what cannot be.
  public static let damagedDescription = Rule(
    "B05", "the directory contradicts itself",
    because: "The directory ends before it has described everything, or describes what cannot be: "
      + "a type that does not exist, extents that overflow, lanes or classes beyond the format's "
      + "limits. Its own checksum is right, so it was written this way.",
    remedy: "Fetch the file again and compare its SHA-256 with the publisher's. If it is the same, "
      + "the program that wrote it is wrong.")

  /// Coded symbols that are not what an encoder writes.
  public static let damagedStream = Rule(
    "B06", "coded symbols are damaged",
    because: "The entropy coder needs more bytes than there are, leaves some over, or does not end "
      + "where every encoder begins. One flipped bit changes every symbol after it, so the weights "
      + "would be noise from there on.",
    remedy: "Fetch the file again; the other tensors of this one can still be read.")

  /// Probabilities that no table can have.
  public static let impossibleTable = Rule(
    "B08", "probabilities do not add up",
    because: "The frequencies that a stream is to be decoded with are negative, exceed what they "
      + "must add up to, or belong to no symbol at all. No encoder can have used them.",
    remedy: "Fetch the file again and compare its SHA-256 with the publisher's. If it is the same, "
      + "the program that wrote it is wrong.")

  /// Every rule of this target.
  public static let all = [damagedDescription, damagedStream, impossibleTable]
}

/// Throws a rejection under `rule` unless `condition` holds.
func require(
  _ condition: Bool, _ rule: Rule, _ message: @autoclosure () -> String
) throws(Rejection) {
  guard condition else { throw Rejection(rule, message()) }
}
