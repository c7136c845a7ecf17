public import Diagnostics

/// The rules about recipes for merges.
public enum MergeRules {
  /// Something is missing or has another form.
  public static let malformed = Rule(
    "M01", "a merge recipe is malformed",
    because: "A recipe is a mapping with merge_method and models or slices, as mergekit reads it.",
    remedy: "Mend the line that is named; docs/guides/merge.md has the whole grammar.")

  /// A key or a name that means nothing.
  public static let unknownKey = Rule(
    "M02", "a merge recipe has an unknown key or method",
    because: "A word that is passed over would be a setting that is silently lost.",
    remedy: "Correct the word or take it out; birdie methods merges lists methods and parameters.")

  /// A parameter without a value, or with an impossible one.
  public static let parameter = Rule(
    "M03", "a parameter of a merge is missing or wrong",
    because: """
      A parameter without a standard value must be given for every tensor, by the input, the slice \
      or the recipe; a filter that nothing else follows may leave tensors out.
      """,
    remedy: "Give the parameter for the tensor that is named, or in the form that is named.")

  /// Inputs that a method does not take.
  public static let inputs = Rule(
    "M04", "the method does not take these inputs",
    because: "Methods take so many models, with or without a base, and each of them once.",
    remedy: "Leave models out, name base_model, or choose another method.")

  /// A model that cannot be found.
  public static let model = Rule(
    "M05", "a model of a merge recipe is not there",
    because: "Models are paths, from the working folder or from the recipe's own.",
    remedy: "Correct the path, or pull the model first: birdie pull NAMESPACE/NAME.",
    status: .noInput)

  /// Tensors that do not go together.
  public static let tensors = Rule(
    "M06", "tensors do not go together",
    because: """
      Tensors of one name must have one shape in all models; integers must be the same everywhere, \
      and what some models lack is only left out where the method says so.
      """,
    remedy: "Merge models of one architecture, or say -i or -u in raw mode.")

  /// What mergekit has and this has not.
  public static let unsupported = Rule(
    "M07", "the recipe asks for something that is not supported",
    because: "It would run a model's own code, or is not a part of merging weights.",
    remedy: "Take the key out, or use mergekit for this recipe.")

  /// Tokenizers that do not go together.
  public static let vocabulary = Rule(
    "M12", "vocabularies do not go together",
    because: """
      Rows of embeddings follow the tokens of a tokenizer.json, and what a recipe says of a token \
      is about one that there is.
      """,
    remedy: "Correct the token that is named, or take out tokenizer and tokenizer_source.")

  /// Statistics of something else.
  public static let statistics = Rule(
    "M17", "statistics are not of these models",
    because: "A method that weighs by them needs them for every model, and for the same tensors.",
    remedy: """
      Make the files with birdie calibrate from the models that are merged: with --fisher for \
      fisher, without for regmean.
      """)

  /// All of them, for the documentation and the tests.
  public static let all: [Rule] = [
    malformed, unknownKey, parameter, inputs, model, tensors, unsupported, vocabulary,
    statistics,
  ]
}
