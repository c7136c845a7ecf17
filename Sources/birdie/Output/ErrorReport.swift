import Checkpoints
import Diagnostics
import Glibc

/// What went wrong, where, why it matters and what to do: for people on stderr, scripts get JSON.
struct ErrorReport {
  private let rejection: Rejection

  init(_ rejection: Rejection) { self.rejection = rejection }

  /// Prints the lines, and the document on stdout if that is what stdout carries.
  func print(asJSON isJSON: Bool) {
    Talk.write(lines(with: Ink(for: STDERR_FILENO)))
    if isJSON { Document.print(["error": json]) }
  }

  private func lines(with ink: Ink) -> String {
    let rule = rejection.rule
    var text = ink.red("error[\(rule.id)]") + ink.bold(": \(rejection.message.printable)") + "\n"
    let details = [
      ("where", rejection.place.description), ("why", rule.explanation), ("help", help),
    ]
    for (label, detail) in details where !detail.isEmpty {
      text += "  " + ink.dim("\(label):") + " \(detail.printable)\n"
    }
    return text
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
