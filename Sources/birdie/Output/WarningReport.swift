import Checkpoints
import Diagnostics
import Glibc
import JSON

/// What a reader noticed and went on.
struct WarningReport {
  let warnings: [Audit.Warning]

  /// One line each on stderr, unless nobody wants to hear them.
  func print(unless isQuiet: Bool) {
    guard !isQuiet else { return }
    let ink = Ink(for: STDERR_FILENO)
    var text = ""
    for warning in warnings {
      let place = warning.place.description
      let location = place.isEmpty ? "" : "\(place): "
      text += ink.yellow("warning[\(warning.rule.id)]") + ": "
      text += "\(location)\(warning.message)".printable + "\n"
    }
    Talk.write(text)
  }

  /// The list under `"warnings"`.
  var json: JSONValue {
    .array(
      warnings.map { warning in
        [
          "rule": .string(warning.rule.id),
          "where": .string(warning.place.description),
          "message": .string(warning.message),
        ]
      })
  }
}
