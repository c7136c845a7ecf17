public import Diagnostics

/// The rules about models: their configurations, and the tensors that an architecture wants.
public enum ArchitectureRules {
  /// Tensors are missing, left over or misshapen.
  public static let parameters = Rule(
    "A01", "the tensors do not fit the architecture",
    because: """
      A model computed with other tensors than it was trained with still gives numbers, and they \
      mean nothing.
      """,
    remedy: "Compare the names and shapes in the message with the configuration, and mend that.")

  /// A configuration contradicts itself or the tensors.
  public static let configuration = Rule(
    "A02", "the configuration is contradictory",
    because: "Every key decides what is computed; two that disagree cannot both be right.",
    remedy:
      "Correct the key in the configuration beside the weights or in the file given by --arch.")

  /// Nothing settles which architecture it is.
  public static let unknownArchitecture = Rule(
    "A03", "the architecture is not known",
    because: "Names and shapes of tensors settle some models; others need their configuration.",
    remedy: """
      Give the configuration by --arch, or put its config.json beside the weights; `birdie methods \
      architectures` lists what is supported.
      """)

  /// All of them, for the documentation and the tests.
  public static let all: [Rule] = [parameters, configuration, unknownArchitecture]
}
