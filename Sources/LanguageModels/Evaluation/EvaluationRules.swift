public import Diagnostics

/// The rules about evaluating a model.
public enum EvaluationRules {
  /// A token that the model does not know.
  public static let foreignToken = Rule(
    "E01", "a token is not in the model's vocabulary",
    because: "Tokens and model come from different tokenizers, so no loss would mean anything.",
    remedy: "Use the token shards that were made with the model's own tokenizer.")

  /// There is nothing to score, or a window is longer than the model can see.
  public static let tooShort = Rule(
    "E02", "the tokens do not make windows that the model can see",
    because: "A score needs at least one full window, and a model has a longest one.",
    remedy: "Choose another --sequence-length, or give more tokens.")

  /// All of them, for the documentation and the tests.
  public static let all: [Rule] = [foreignToken, tooShort]
}
