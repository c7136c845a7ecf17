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
      when a file is dangerous, 65 when one is damaged.
      """)

  static let examples = [
    "birdie scan download.ckpt",
    "birdie scan *.pt --json",
  ]

  @Argument(help: "Files or folders.", completion: .file())
  var paths: [String]

  @OptionGroup var output: OutputOptions

  func run() throws {
    var reports: [SafetyReport] = []
    for path in paths {
      let report = try SafetyReport(scanning: path)
      if !output.json { SafetyLines(report: report).print(unless: output.quiet) }
      reports.append(report)
    }
    if output.json {
      let documents = reports.map { SafetyLines(report: $0).json }
      if let only = documents.first, documents.count == 1 {
        Document.print(only)
      } else {
        Document.print(["reports": .array(documents.map { JSONValue($0) })])
      }
    }
    let verdicts = Set(reports.map(\.verdict))
    if verdicts.contains(.dangerous) { throw ExitCode(ExitStatus.refused.rawValue) }
    if verdicts.contains(.damaged) { throw ExitCode(ExitStatus.badData.rawValue) }
  }
}
