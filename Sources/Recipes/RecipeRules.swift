public import Diagnostics

/// The rules about recipe files.
public enum RecipeRules {
  /// A recipe is no YAML, or not of the form that recipes have.
  public static let malformed = Rule(
    "R01", "the recipe cannot be read",
    because: "A recipe that is misread would do something else than its author meant.",
    remedy: "Mend the line in the message; docs/guides/quantize.md shows what recipes look like.")

  /// A key of a recipe is unknown.
  public static let unknownKey = Rule(
    "R02", "the recipe has an unknown key",
    because: "A key that is passed over in silence leaves what it was to change as it is.",
    remedy: "Correct the spelling; the message names the keys that there are.")

  /// A pattern of a recipe matches nothing.
  public static let matchesNothing = Rule(
    "R03", "a pattern of the recipe matches no tensor",
    because: "A misspelt name would quantize its tensor in another way than was asked for.",
    remedy: "Compare the pattern with the names that birdie inspect shows.")

  /// A transform has nothing to change.
  public static let noFreedom = Rule(
    "R04", "the model does not allow the transform",
    because: "Weights may only change together with those that undo the change, and this model has "
      + "none of which Birdie knows that they do, or they are codes already.",
    remedy: "Leave the transform out, start from the weights before they became codes, or pass the "
      + "model's configuration with --arch.")

  /// All of them, for the documentation and the tests.
  public static let all: [Rule] = [malformed, unknownKey, matchesNothing, noFreedom]
}
