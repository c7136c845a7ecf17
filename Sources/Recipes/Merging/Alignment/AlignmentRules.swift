public import Diagnostics

/// The rules about aligning models.
public enum AlignmentRules {
  /// Models that do not lie side by side.
  public static let shapes = Rule(
    "M13", "the models are not of one shape",
    because: """
      Units change places with those of a reference that has as many, in tensors of the same names \
      and shapes.
      """,
    remedy: "Align models of one architecture and size, under names of one kind.")

  /// An architecture whose units may not move, as far as is known.
  public static let noSymmetry = Rule(
    "M14", "no order of the model's units is known to be free",
    because: "Units may only change places where what the model computes stays as it is.",
    remedy: """
      Align models of the challenge, GPT-2, Llama, Mistral, Qwen2 or Qwen3; `birdie methods \
      architectures` lists what is supported.
      """)

  /// A tensor whose elements cannot change places.
  public static let immovable = Rule(
    "M15", "a tensor's elements cannot change places",
    because: """
      Codes share scales with their neighbours, elements that two tensors share would have to be \
      in two orders, and what is no number has no likeness to others.
      """,
    remedy: "Decode the model first with birdie convert --codes decode, or align its original.")

  /// All of them, for the documentation and the tests.
  public static let all: [Rule] = [shapes, noSymmetry, immovable]
}
