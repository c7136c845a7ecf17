import Checkpoints
import Diagnostics
import Glibc
import JSON
import Recipes

/// What an adapter has that was written.
struct AdapterReport {
  let draft: AdapterDraft
  let path: String
  let report: ConversionReport
  let seconds: Double

  func print(_ options: OutputOptions) {
    let warnings = WarningReport(warnings: report.warnings)
    let achievement = "\(path) was written and is whole"
    if options.json { return Document.print(json(warnings), after: achievement) }
    warnings.print(unless: options.quiet)
    if !options.quiet { Data.write(text(Ink(for: STDOUT_FILENO)), after: achievement) }
  }

  private var byteCount: Int { report.files.compactMap(\.byteCount).reduce(0, +) }

  private func text(_ ink: Ink) -> String {
    var table = Table([.left("weight"), .right("rank"), .right("left out")])
    for layer in draft.layers {
      let lost = layer.lostShare.map { Quantity.fixed(100 * $0, digits: 2) + " %" }
      table.add([layer.name, "\(layer.rank)", lost ?? ""])
    }
    var text = table.rendered(with: ink)
    if !draft.replaced.isEmpty {
      text += "whole: \(draft.replaced.joined(separator: " "))".printable + "\n"
    }
    if !draft.left.isEmpty {
      text += "differ and are not in it: \(draft.left.joined(separator: " "))".printable + "\n"
    }
    text += "wrote factors of \(draft.layers.count) weights, \(Quantity.bytes(byteCount)), to "
    return text + ink.bold(path.printable) + " in \(Quantity.seconds(seconds))\n"
  }

  private func json(_ warnings: WarningReport) -> KeyValuePairs<String, JSONValue> {
    [
      "output": ["path": .string(path), "bytes": .integer(byteCount)],
      "layers": .array(
        draft.layers.map { layer in
          [
            "weight": .string(layer.name), "rank": .integer(layer.rank),
            "lost_share": JSONValue(layer.lostShare),
          ]
        }),
      "whole": .array(draft.replaced.map(JSONValue.string)),
      "left": .array(draft.left.map(JSONValue.string)), "seconds": JSONValue(seconds),
      "warnings": warnings.json,
    ]
  }
}
