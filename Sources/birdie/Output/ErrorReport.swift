import Checkpoints
import Diagnostics
import Glibc
import JSON

/// What went wrong, where, why it matters and what to do: for people on stderr, scripts get JSON.
struct ErrorReport {
  private let rejection: Rejection

  init(_ rejection: Rejection) { self.rejection = rejection }

  /// Prints the lines, and the document on stdout if that is what stdout carries.
  func print(asJSON isJSON: Bool) {
    Talk.write(lines())
    if isJSON { Document.print(["error": json]) }
  }

  /// What was seen, then where, why it matters and what to do, as stderr shows it.
  func lines() -> String {
    let ink = Ink(for: STDERR_FILENO)
    let rule = rejection.rule
    var text = ink.red("error[\(rule.id)]") + ink.bold(": \(rejection.message.printable)") + "\n"
    let details = [
      ("where", rejection.place.description), ("why", rule.explanation), ("help", help),
    ]
    for (label, detail) in details where !detail.isEmpty {
      text += Self.entry(label, detail, ink)
    }
    return text
  }

  /// A label and its text, in lines of the terminal's width where there is one.
  private static func entry(_ label: String, _ detail: String, _ ink: Ink) -> String {
    var lines = [detail.printable]
    if let columns = Terminal.columns(of: STDERR_FILENO) {
      let text = "\(label): \(detail.printable)".wrapped(to: max(columns - 4, 20))
      lines = text.dropFirst(label.count + 2).split(separator: "\n").map(String.init)
    }
    return "  \(ink.dim("\(label):")) \(lines.joined(separator: "\n    "))\n"
  }

  private var help: String {
    let rule = rejection.rule
    guard rule.isRelaxable else { return rule.remedy }
    if rule.remedy.contains("--lenient") { return rule.remedy }
    return rule.remedy + " `--lenient \(rule.id)` makes this a warning."
  }

  /// The members under `"error"` and of each finding.
  var json: JSONValue {
    [
      "rule": .string(rejection.rule.id),
      "message": .string(rejection.message),
      "where": .string(rejection.place.description),
      "why": .string(rejection.rule.explanation),
      "help": .string(help),
    ]
  }
}
