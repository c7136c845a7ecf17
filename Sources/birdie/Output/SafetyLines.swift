import Checkpoints
import Diagnostics
import Glibc
import JSON

/// What a scan found: lines for people, an object for scripts.
struct SafetyLines {
  let report: SafetyReport

  /// Prints the verdict, the imports that are not mere data, and the findings; to who wants quiet
  /// only the findings, on stderr.
  func print(unless isQuiet: Bool) {
    guard !isQuiet else {
      return Talk.write(report.findings.map { ErrorReport($0).lines() }.joined())
    }
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
        inside(entry.place).description,
      ])
    }
    text += table.rendered(with: ink)
    for finding in report.findings {
      let place = inside(finding.place).description
      let location = place.isEmpty ? "" : "\(place): "
      text += ink.red("error[\(finding.rule.id)]") + ": "
      text += "\(location)\(finding.message)".printable + "\n"
      text += "  " + ink.dim("why:") + " \(finding.rule.explanation)\n"
      text += "  " + ink.dim("help:") + " \(finding.rule.remedy)\n"
    }
    for entry in report.skipped {
      text += ink.dim("skipped:") + " \(entry.name): \(entry.reason)".printable + "\n"
    }
    return text
  }

  /// The place without the path that stands in front of everything; files in a folder keep theirs.
  private func inside(_ place: Place) -> Place {
    guard place.file == report.path else { return place }
    return Place(member: place.member, tensor: place.tensor, offset: place.offset)
  }

  private func verdict(_ ink: Ink) -> String {
    let format = report.format.map { " (\($0))" } ?? ""
    let data = report.imports.filter { $0.risk == .data }.count
    let files = report.files.count
    let summary =
      (files == 0 ? "" : ", \(files) other file\(files == 1 ? "" : "s")")
      + (report.imports.isEmpty ? "" : ", \(data) of \(report.imports.count) imports are data")
    return switch report.verdict {
    case .clean: ink.green("clean") + format + summary
    case .damaged: ink.yellow("damaged") + format + summary
    case .dangerous: ink.red("dangerous") + format + summary
    }
  }

  /// The members of the JSON object, without the schema.
  var json: [(key: String, value: JSONValue)] {
    let files = report.files.map { file -> JSONValue in
      ["name": .string(file.name), "verdict": .string(file.verdict.rawValue)]
    }
    let skipped = report.skipped.map { entry -> JSONValue in
      ["name": .string(entry.name), "reason": .string(entry.reason)]
    }
    return always + (files.isEmpty ? [] : [(key: "files", value: .array(files))])
      + (skipped.isEmpty ? [] : [(key: "skipped", value: .array(skipped))])
  }

  private var always: [(key: String, value: JSONValue)] {
    [
      ("path", .string(report.path)),
      ("verdict", .string(report.verdict.rawValue)),
      ("format", JSONValue(report.format)),
      ("imports", .array(report.imports.map(Self.json))),
      ("findings", .array(report.findings.map { ErrorReport($0).json })),
      ("nonfinite", .array(report.nonFinite.map(Self.json))),
      ("warnings", WarningReport(warnings: report.warnings).json),
    ]
  }

  private static func json(_ entry: SafetyReport.Import) -> JSONValue {
    [
      "name": .string(entry.name), "risk": .string(entry.risk.rawValue),
      "uses": JSONValue(entry.uses), "where": .string(entry.place.description),
    ]
  }

  private static func json(_ entry: SafetyReport.NonFinite) -> JSONValue {
    [
      "tensor": .string(entry.tensor), "nan": .integer(entry.nanCount),
      "inf": .integer(entry.infinityCount),
    ]
  }
}
