public import Diagnostics
internal import EntropyCoding

/// The rules of Birdie artifacts, with those of the streams in them.
public enum ArtifactRules {
  /// A file that ends early or lacks its end.
  public static let truncated = Rule(
    "B01", "the artifact is not whole",
    because: "A Birdie artifact ends with the length and checksum of its directory. This one ends "
      + "otherwise, so its end is missing or something was appended to it.",
    remedy: "Fetch the file again; an interrupted download is the usual cause.")

  /// A version of the format that this program does not know.
  public static let unknownVersion = Rule(
    "B02", "a newer version of the artifact format",
    because: "The file states a version that did not exist when this program was made. Guessing "
      + "what changed would give wrong weights.",
    remedy: "Use a newer Birdie, or ask for the weights as safetensors.")

  /// A feature that this program does not know.
  public static let unknownFeature = Rule(
    "B03", "the artifact needs a feature that is not known",
    because: "The file names a feature that its reader must know. Leaving it out would give wrong "
      + "weights.",
    remedy: "Use a newer Birdie, or ask for the weights as safetensors.")

  /// A directory whose checksum is wrong.
  public static let damagedDirectory = Rule(
    "B04", "the directory of the artifact is damaged",
    because: "The directory's bytes do not have the checksum that stands beside them. It says how "
      + "every tensor is to be decoded, so nothing of the file can be trusted.",
    remedy: "Fetch the file again and compare its SHA-256 with the publisher's.",
    isRelaxable: true)

  /// A tensor whose bytes do not have their checksum.
  public static let wrongChecksum = Rule(
    "B07", "a tensor does not have its checksum",
    because: "The tensor was decoded, but its bytes are not those that were encoded: the file was "
      + "damaged in a place that decoding alone does not notice.",
    remedy: "Fetch the file again; the other tensors of this one can still be read.",
    isRelaxable: true)

  /// A file that would decode to far more than it can have been made of.
  public static let excessiveExpansion = Rule(
    "B09", "the artifact claims to hold far more than its size",
    because: "A few bytes can describe a tensor of one value that fills every disk, repeat a long "
      + "name a thousand times or ask for tables that take hours. Weights do not compress "
      + "two-hundredfold, so a file that claims it is an attack or damaged.",
    remedy: "Do not decode the file. If it is yours, leave its constant tensors out.")

  /// Every rule of the format and of the streams in it.
  public static let all =
    [truncated, unknownVersion, unknownFeature, damagedDirectory, wrongChecksum]
    + [excessiveExpansion] + EntropyRules.all
}

/// Throws a rejection under `rule` unless `condition` holds.
func require(
  _ condition: Bool, _ rule: Rule, _ message: @autoclosure () -> String
) throws(Rejection) {
  guard condition else { throw Rejection(rule, message()) }
}
