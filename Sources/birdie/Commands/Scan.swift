import ArgumentParser
import Checkpoints
import Diagnostics

/// `birdie scan`: is it safe to hand these files to Python, and are they whole?
struct Scan: Verb {
  static let configuration = CommandConfiguration(
    commandName: "scan",
    abstract: "Tells what files would do if Python loaded them, and whether they are whole.",
    discussion: """
      Follows every pickle without running it and reads every byte. Exit status 0 when clean, 77 \
      when a file is dangerous, 65 when one is damaged. Of a folder, every file in it and in the \
      folders in it is gone through; links to folders are not followed.
      """)

  static let examples = [
    "birdie scan download.ckpt",
    "birdie scan *.pt --json",
  ]

  @Argument(help: "Files or folders.", completion: .file())
  var paths: [String]

  @OptionGroup var machine: MachineFlags
  @OptionGroup var output: OutputOptions

  func run() throws {
    machine.apply()
    let loop = PathLoop(paths: paths, output: output, key: "reports")
    try loop.run { path, _ throws(Rejection) in
      let report = try SafetyReport(scanning: path)
      let lines = SafetyLines(report: report)
      if !output.json { lines.print(unless: output.quiet) }
      return (lines.json, report.verdict.status)
    }
  }
}

extension SafetyReport.Verdict {
  fileprivate var status: ExitStatus {
    switch self {
    case .clean: .done
    case .damaged: .badData
    case .dangerous: .refused
    }
  }
}
