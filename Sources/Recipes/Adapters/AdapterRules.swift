public import Diagnostics

/// The rules about low-rank adapters.
public enum AdapterRules {
  /// Files that are no adapter.
  public static let malformed = Rule(
    "J01", "this is no low-rank adapter",
    because: "An adapter is adapter_config.json with adapter_model.safetensors, as PEFT writes it.",
    remedy: "Name the folder that has both, and see what it holds: birdie inspect.")

  /// An adapter that belongs to something else.
  public static let foreign = Rule(
    "J02", "the adapter does not fit",
    because: "Each of its factors belongs to a weight of a shape, and each weight must be there.",
    remedy: "Take the model that the adapter was trained on: its adapter_config.json names it.")

  /// Adapters whose change is no sum.
  public static let unsupported = Rule(
    "J03", "adapters of this kind are not supported",
    because: "Their change of the weights is not a product that is added.",
    remedy: "Merge them into the model with PEFT, and use the result.")

  /// Nothing to extract.
  public static let nothing = Rule(
    "J04", "the models do not differ in what an adapter can change",
    because: "Only matrices that a layer multiplies with have factors.",
    remedy: "Compare the models with birdie diff; --tensors may leave out what differs.")

  /// Factors that are no numbers to compute with.
  public static let notFinite = Rule(
    "J05", "an adapter is not finite",
    because: "Infinities and what is no number make nothing but such numbers of a weight.",
    remedy: "Take an earlier adapter of the run: this one's training has diverged.")

  /// All of them, for the documentation and the tests.
  public static let all: [Rule] = [malformed, foreign, unsupported, nothing, notFinite]
}
