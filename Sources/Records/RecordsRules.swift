public import Diagnostics

/// The rules of records, cards and manifests (I…).
public enum RecordsRules {
  /// A submission.json that is none.
  public static let malformed = Rule(
    "I01", "no submission",
    because: "A record is described by an object of JSON; without it nobody knows what it claims.",
    remedy: "Write a submission.json with author, name, date and val_bpb.")

  /// All of them, for the documentation and the tests.
  public static let all: [Rule] = [malformed]
}
