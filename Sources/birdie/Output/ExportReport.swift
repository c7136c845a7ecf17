import Checkpoints
import Diagnostics
import JSON

/// What an artifact of a training script's came to, for people and for scripts.
struct ExportReport {
  let input: Checkpoint
  let path: String
  let byteCount: Int

  func print(_ output: OutputOptions) {
    let warnings = WarningReport(warnings: input.warnings)
    let achievement = "\(path) was written and is whole"
    if output.json {
      return Document.print(
        [
          "input": ["path": .string(input.path), "bytes": .integer(input.byteCount)],
          "output": ["path": .string(path), "bytes": .integer(byteCount)],
          "warnings": warnings.json,
        ], after: achievement)
    }
    warnings.print(unless: output.quiet)
    guard !output.quiet else { return }
    Data.write(
      "wrote \(path.printable), \(Quantity.grouped(byteCount)) bytes\n", after: achievement)
  }
}
