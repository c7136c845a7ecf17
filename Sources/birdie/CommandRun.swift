import ArgumentParser
import Diagnostics
import Glibc

/// One run of the program: from what was typed to the exit status.
struct CommandRun {
  let arguments: [String]

  /// Whether a script asked for JSON. Looked up in the raw arguments because a command line that
  /// cannot be parsed must be answered in the form its caller reads.
  private var wantsJSON: Bool {
    arguments.prefix { $0 != "--" }.contains("--json")
  }

  /// Parses, runs, and tells what went wrong.
  func status() async -> Int32 {
    guard !arguments.isEmpty else {
      Talk.write(HelpPage.text(of: Birdie.helpMessage()))
      return ExitStatus.usage.rawValue
    }
    TruncationGuard.install(asJSON: wantsJSON)
    // A write beyond a limit on the size of files then fails like any other.
    signal(SIGXFSZ, SIG_IGN)
    do {
      try CommandLineCheck(arguments: arguments).run()
      var command = try Birdie.parseAsRoot(try await HubPaths(arguments).resolved())
      if var waiting = command as? any AsyncParsableCommand {
        try await waiting.run()
      } else {
        try command.run()
      }
      return ExitStatus.done.rawValue
    } catch {
      return tell(error)
    }
  }

  private func tell(_ error: any Error) -> Int32 {
    if let rejection = error as? Rejection {
      ErrorReport(rejection).print(asJSON: wantsJSON)
      return rejection.rule.status.rawValue
    }
    let code = Birdie.exitCode(for: error)
    if error is ExitCode { return code.rawValue }
    if code == .success {
      Data.write(HelpPage.text(of: Birdie.fullMessage(for: error)))
      return code.rawValue
    }
    let usage = Rejection(CommandRules.usage, Birdie.message(for: error))
    ErrorReport(usage).print(asJSON: wantsJSON)
    return CommandRules.usage.status.rawValue
  }
}
