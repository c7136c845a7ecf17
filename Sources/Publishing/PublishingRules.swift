public import Diagnostics

/// The rules of sharing records (L…).
public enum PublishingRules {
  /// A record without weights.
  public static let noWeights = Rule(
    "L01", "nothing to share",
    because: "A record is shared for its weights, and the folder holds none.",
    remedy: "Name final_model.pt or the compressed artifact after the folder.", status: .noInput)
  /// Two files that would get one name.
  public static let sameName = Rule(
    "L02", "two files of one name",
    because: "Files of one folder need names of their own, and one would replace the other.",
    remedy: "Rename one of them.", status: .usage)
  /// A record that no track is known of.
  public static let noTrack = Rule(
    "L03", "no track",
    because: "Records lie in folders by their tracks, and neither the folder nor the description "
      + "names one.",
    remedy: "Give --track, such as 10min_16mb.", status: .usage)
  /// A place for files on their way that cannot be used.
  public static let scratch = Rule(
    "L04", "no room to prepare the upload",
    because: "Weights are converted before they are sent, in the folder for temporary files.",
    remedy: "Make room there, or set TMPDIR to a folder that has some.", status: .inputOutput)

  /// All of them, for the documentation and the tests.
  public static let all: [Rule] = [noWeights, sameName, noTrack, scratch]
}
