import Checkpoints
import Diagnostics
import Glibc

/// What a scan found: lines for people, an object for scripts.
struct SafetyLines {
  let report: SafetyReport

  /// Prints the verdict, the imports that are not mere data, and the findings.
  func print(unless isQuiet: Bool) {
    guard !isQuiet else { return }
    WarningReport(warnings: report.warnings).print(unless: false)
    Data.write(text())
  }

  private func text() -> String {
    let ink = Ink(for: STDOUT_FILENO)
    var text = ink.bold(report.path.printable) + ": " + verdict(ink) + "\n"
    var table = Table([.left("import"), .left("risk"), .left("used"), .left("where")])
    for entry in report.imports where entry.risk != .data {
      table.add([
        entry.name, entry.risk.rawValue,
        entry.uses.isEmpty ? "imported" : entry.uses.joined(separator: ", "),
        Place(member: entry.place.member, offset: entry.place.offset).description,
      ])
    }
    text += table.rendered(with: ink)
    for finding in report.findings {
      var place = finding.place
      place.file = nil
      let location = place.description.isEmpty ? "" : "\(place): "
      text += ink.red("error[\(finding.rule.id)]") + ": "
      text += "\(location)\(finding.message)".printable + "\n"
      text += "  " + ink.dim("why:") + " \(finding.rule.explanation)\n"
      text += "  " + ink.dim("help:") + " \(finding.rule.remedy)\n"
    }
    return text
  }

  private func verdict(_ ink: Ink) -> String {
    let format = report.format.map { " (\($0))" } ?? ""
    let data = report.imports.filter { $0.risk == .data }.count
    let summary =
      report.imports.isEmpty ? "" : ", \(data) of \(report.imports.count) imports are data"
    return switch report.verdict {
    case .clean: ink.green("clean") + format + summary
    case .damaged: ink.yellow("damaged") + format + summary
    case .dangerous: ink.red("dangerous") + format + summary
    }
  }

  /// The members of the JSON object, without the schema.
  var json: KeyValuePairs<String, JSONValue> {
    [
      "path": .string(report.path),
      "verdict": .string(report.verdict.rawValue),
      "format": JSONValue(report.format),
      "imports": .array(
        report.imports.map {
          [
            "name": .string($0.name), "risk": .string($0.risk.rawValue),
            "uses": JSONValue($0.uses), "where": .string($0.place.description),
          ]
        }),
      "findings": .array(report.findings.map { ErrorReport($0).json }),
      "nonfinite": .array(
        report.nonFinite.map {
          [
            "tensor": .string($0.tensor), "nan": .integer($0.nanCount),
            "inf": .integer($0.infinityCount),
          ]
        }),
      "warnings": WarningReport(warnings: report.warnings).json,
    ]
  }
}
