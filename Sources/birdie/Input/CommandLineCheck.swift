import Diagnostics
import Glibc

/// Finds what no verb can make sense of before any verb is asked.
struct CommandLineCheck {
  let arguments: [String]

  private static let plannedVerbs = [
    "distill", "page", "sweep",
  ]
  private static let plannedLists = ["losses"]

  /// Throws U01 for names that later versions will know, for streams and for undecodable bytes.
  func run() throws(Rejection) {
    if let position = Self.undecodableArgument() {
      throw Rejection(
        CommandRules.usage,
        "argument \(position) is no UTF-8 text: a file of that name has to be renamed first")
    }
    if let verb = arguments.first, Self.plannedVerbs.contains(verb), access(verb, F_OK) != 0 {
      throw Rejection(CommandRules.usage, "`birdie \(verb)` is not in this version")
    }
    if arguments.first == "methods",
      let list = arguments.dropFirst().first(where: Self.plannedLists.contains)
    {
      throw Rejection(CommandRules.usage, "`birdie methods \(list)` is not in this version")
    }
    if arguments.contains("-") {
      throw Rejection(
        CommandRules.usage, "`-` names no file: checkpoints are read at random, not as a stream")
    }
  }

  /// The position of the first argument whose bytes are not those of the text it was decoded to.
  private static func undecodableArgument() -> Int? {
    (1..<max(Int(CommandLine.argc), 1)).first { position in
      guard let bytes = CommandLine.unsafeArgv[position] else { return false }
      return String(validatingCString: bytes) == nil
    }
  }
}
