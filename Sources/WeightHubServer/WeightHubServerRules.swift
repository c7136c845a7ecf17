public import Diagnostics

/// The rules of a Hub of one's own (Y…).
public enum WeightHubServerRules {
  /// A folder that holds something else.
  public static let foreignFolder = Rule(
    "Y01", "the folder is no Hub's",
    because: "A Hub keeps its files in a folder of its own; in another it could overwrite what is there.",
    remedy: "Give --root a new or an empty folder.", status: .cannotCreate)

  /// All of them, for the documentation and the tests.
  public static let all: [Rule] = [foreignFolder]
}
