import ArgumentParser

/// The root command: names the verbs, and inspects when none is given.
struct Birdie: ParsableCommand {
  /// The version that `--version` prints.
  static let version = "0.1.0"

  static let configuration = CommandConfiguration(
    commandName: "birdie",
    abstract: "Reads, checks, compares and converts machine-learning checkpoints.",
    discussion: """
      A file is read without running anything in it. stdout carries data, stderr talk.

      Exit status: 0 done, 1 a check failed or a difference was found, 64 usage, 65 bad data, \
      66 no such input, 69 unavailable, 73 output exists or cannot be created, 74 reading or \
      writing failed, 75 try again, 77 refused as dangerous, 130 interrupted.
      """,
    version: version,
    subcommands: verbs,
    defaultSubcommand: Inspect.self)

  /// Every verb, in the order of the help.
  static let verbs: [any Verb.Type] = [
    Inspect.self, Scan.self, Diff.self, Convert.self, Eval.self, Calibrate.self, Quantize.self,
    Verify.self, Align.self, Merge.self, LoRA.self, Card.self, Sign.self, Publish.self,
    PullCommand.self,
    Serve.self, Methods.self, Explain.self, Doctor.self,
  ]
}

extension Birdie {
  /// What the verbs are called.
  static var verbNames: [String] { verbs.compactMap { $0.configuration.commandName } }
}

extension Birdie: Verb {
  static let examples = [
    "birdie model.pt                               # what is in it",
    "birdie scan download.ckpt                     # what it would do, and whether it is whole",
    "birdie convert model.pt model.safetensors     # without loading it into memory",
    "birdie diff model.pt model.safetensors        # exit status 1 on a difference",
  ]
}

/// A command whose help begins with lines to copy.
protocol Verb: ParsableCommand {
  /// Command lines that work as they stand, the most wanted first.
  static var examples: [String] { get }
}
