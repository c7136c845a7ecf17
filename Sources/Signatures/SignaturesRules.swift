public import Diagnostics

/// The rules of model signatures (G…).
public enum SignaturesRules {
  /// A signature that does not fit the files.
  public static let mismatch = Rule(
    "G01", "the signature does not match",
    because: "What was signed is not what is here: a file was altered, added or removed.",
    remedy: "Get the files again from whoever signed them.", status: .difference)

  /// All of them, for the documentation and the tests.
  public static let all: [Rule] = [mismatch]
}
