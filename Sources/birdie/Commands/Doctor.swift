import ArgumentParser
import Checkpoints
import Diagnostics
import Glibc
import JSON

/// `birdie doctor`: what does this installation have to work with?
struct Doctor: Verb {
  static let configuration = CommandConfiguration(
    commandName: "doctor",
    abstract: "Shows versions, libraries and resources, and what could be better.")

  static let examples = [
    "birdie doctor",
    "birdie doctor --json       # to attach to a report of a defect",
  ]

  @OptionGroup var output: OutputOptions

  func run() throws {
    let findings = Diagnosis().findings
    if output.json {
      let advice = findings.compactMap(\.advice)
      let facts = JSONValue.object(findings.map { (key: $0.key, value: $0.value) })
      return Document.print(["doctor": facts, "advice": JSONValue(advice)])
    }
    guard !output.quiet else { return }
    let ink = Ink(for: STDOUT_FILENO)
    for finding in findings {
      Data.write(ink.dim(finding.label.padded(to: 18)) + finding.text.printable + "\n")
      if let advice = finding.advice {
        Data.write(String(repeating: " ", count: 18) + ink.yellow(advice.printable) + "\n")
      }
    }
  }
}
