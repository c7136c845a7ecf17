import ArgumentParser
import Checkpoints
import Diagnostics
import Glibc
import JSON

/// `birdie explain`: what does this rule mean?
struct Explain: Verb {
  static let configuration = CommandConfiguration(
    commandName: "explain",
    abstract: "Explains a rule that an error or a warning names; without one, lists them all.")

  static let examples = [
    "birdie explain Z04",
    "birdie explain            # every rule, one line each",
  ]

  @Argument(
    help: "The id in the brackets of an error, in any case.",
    completion: .list(Rules.all.map(\.id)))
  var rule: String?

  @OptionGroup var output: OutputOptions

  func run() throws {
    guard let rule else { return list() }
    guard let found = Rules.named(rule) else {
      throw Rejection(
        CommandRules.unknownName, "no rule is called `\(rule)`\(Rules.suggestion(for: rule))")
    }
    if output.json {
      Document.print(["rule": found.json])
    } else if !output.quiet {
      Data.write(found.page(with: Ink(for: STDOUT_FILENO)))
    }
  }

  private func list() {
    let rules = Rules.all.sorted { $0.id < $1.id }
    if output.json { return Document.print(["rules": .array(rules.map(\.json))]) }
    guard !output.quiet else { return }
    var table = Table([.left("rule"), .left("title"), .right("status"), .left("relaxable")])
    for rule in rules {
      table.add([
        rule.id, rule.title,
        Rules.warningsOnly.contains(rule.id) ? "" : String(rule.status.rawValue),
        rule.isRelaxable ? "yes" : "",
      ])
    }
    Data.write(table.rendered(with: Ink(for: STDOUT_FILENO)))
  }
}

extension Rule {
  fileprivate func page(with ink: Ink) -> String {
    var text = ink.bold("\(id): \(title)") + "\n\n" + explanation.wrapped() + "\n\n"
    text += remedy.wrapped() + "\n\n"
    if Rules.warningsOnly.contains(id) {
      text += "This is a warning: no command stops at it."
    } else {
      text += "A command that stops at this rule ends with status \(status.rawValue).".wrapped()
    }
    if isRelaxable, !remedy.contains("--lenient") {
      text += "\n" + "`--lenient \(id)` makes it a warning.".wrapped()
    }
    return text + "\n"
  }

  fileprivate var json: JSONValue {
    [
      "id": .string(id), "title": .string(title), "why": .string(explanation),
      "help": .string(remedy),
      "status": Rules.warningsOnly.contains(id) ? .null : .integer(Int(status.rawValue)),
      "relaxable": .bool(isRelaxable),
    ]
  }
}
