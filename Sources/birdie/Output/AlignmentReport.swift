import Checkpoints
import Diagnostics
import JSON
import LanguageModels
import Recipes

/// What an alignment found, and what it wrote.
struct AlignmentReport {
  let alignment: ModelAlignment
  let model: Checkpoint
  let reference: Checkpoint
  let path: String
  let conversion: ConversionReport
  let seconds: Double

  /// Prints the report in the form that was asked for.
  func print(_ options: OutputOptions) {
    let warnings = WarningReport(warnings: reference.warnings + conversion.warnings)
    let achievement = "\(path) was written and is whole"
    if options.json { return Document.print(json(warnings), after: achievement) }
    warnings.print(unless: options.quiet)
    if !options.quiet { Data.write(text, after: achievement) }
  }

  private var unitCount: Int { alignment.groups.reduce(0) { $0 + $1.unitCount } }
  private var movedCount: Int { alignment.groups.reduce(0) { $0 + $1.movedCount } }
  private var byteCount: Int { conversion.items.reduce(0) { $0 + $1.byteCount } }

  private var text: String {
    let kinds = ModelSymmetry.Kind.allCases.compactMap { kind -> String? in
      let count = alignment.groups.count { $0.kind == kind }
      return count > 0 ? "\(count) of \(kind.words)" : nil
    }
    let sweeps = alignment.sweepCount
    return """
      found     \(alignment.groups.count) groups: \(kinds.joined(separator: ", "))
      moved     \(Quantity.grouped(movedCount)) of \(Quantity.grouped(unitCount)) units in \
      \(sweeps) sweep\(sweeps == 1 ? "" : "s")
      distance  \(Quantity.measured(alignment.distanceBefore)) before, \
      \(Quantity.measured(alignment.distanceAfter)) after
      wrote     \(path.printable), \(Quantity.grouped(byteCount)) bytes in \
      \(Quantity.seconds(seconds))

      """
  }

  private func json(_ warnings: WarningReport) -> KeyValuePairs<String, JSONValue> {
    [
      "align": [
        "model": .string(model.path), "reference": .string(reference.path),
        "units": .integer(unitCount), "moved": .integer(movedCount),
        "sweeps": .integer(alignment.sweepCount),
        "distance_before": JSONValue(alignment.distanceBefore),
        "distance_after": JSONValue(alignment.distanceAfter),
        "groups": .array(
          alignment.groups.map { group in
            [
              "name": .string(group.name), "kind": .string(group.kind.rawValue),
              "units": .integer(group.unitCount), "moved": .integer(group.movedCount),
            ]
          }),
      ],
      "output": ["path": .string(path), "bytes": .integer(byteCount)],
      "files": .array(conversion.files.map { .string($0.path) }),
      "seconds": JSONValue(seconds),
      "warnings": warnings.json,
    ]
  }
}

extension ModelSymmetry.Kind {
  /// As people say it.
  fileprivate var words: String {
    switch self {
    case .channels: "channels"
    case .hiddenUnits: "hidden units"
    case .heads: "heads"
    }
  }
}
