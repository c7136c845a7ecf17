import Diagnostics

/// The rules about the command line itself.
enum CommandRules {
  /// An argument that means nothing, is missing, or contradicts another.
  static let usage = Rule(
    "U01", "the command line cannot be understood",
    because: "A guess about what was meant could overwrite the wrong file.",
    remedy: "`birdie --help` lists the verbs, `birdie VERB --help` their flags.",
    status: .usage)

  /// A verb's target or flag value that this build does not know.
  static let unknownName = Rule(
    "U02", "no such name",
    because: "The name is neither a rule, nor a format, nor a list that this build knows.",
    remedy: "`birdie explain` lists the rules, `birdie methods formats` the formats.",
    status: .usage)

  /// The signal that a terminal sends for Ctrl-C.
  static let interrupted = Rule(
    "U03", "interrupted",
    because: "A signal stopped the job; an output appears under its name only when it is whole.",
    remedy: "Run the same command again.", status: .interrupted)

  /// Every rule of this target.
  static let all = [usage, unknownName, interrupted]
}
