import ArgumentParser
import Checkpoints
import Diagnostics

/// `birdie diff`: are these the same weights, and how far apart are they if not?
struct Diff: Verb {
  static let configuration = CommandConfiguration(
    commandName: "diff",
    abstract: "Compares two checkpoints tensor by tensor, whatever their formats.",
    discussion: """
      Values are compared after decoding. Without --tolerance, names, types, shapes and bits have \
      to be the same; with one, types may differ and values may lie that far apart. Tensors that \
      are the same are counted, the others listed. Exit status 1 on a difference.
      """)

  static let examples = [
    "birdie diff model.pt model.safetensors",
    "birdie diff float.pt quantized.int8.ptz --tolerance 0.01",
    "birdie diff a.pt b.pt --json",
  ]

  @Argument(help: "The reference.", completion: .file())
  var left: String

  @Argument(help: "What is held against it.", completion: .file())
  var right: String

  @Option(help: "The largest absolute difference that is none.")
  var tolerance = 0.0

  @OptionGroup var machine: MachineFlags
  @OptionGroup var leniency: LeniencyOptions
  @OptionGroup var output: OutputOptions

  func validate() throws {
    guard tolerance >= 0, tolerance.isFinite else {
      throw ValidationError("--tolerance \(tolerance): give a number of at least 0")
    }
  }

  func run() throws {
    machine.apply()
    var left = try Checkpoint.open(left, leniency: leniency.rules)
    var right = try Checkpoint.open(right, leniency: leniency.rules)
    let verifications = (PayloadVerification(of: left), PayloadVerification(of: right))
    let bytes = left.tensors.reduce(0) { $0 + $1.decodedByteCount }
    let progress = ProgressLine("comparing", total: bytes, isShown: output.isTalkative)
    defer { progress.finish() }
    let comparison = try left.compared(with: right, progress: progress.update)
    left.warnings += try verifications.0.warnings()
    right.warnings += try verifications.1.warnings()
    progress.finish()
    let report = ComparisonReport(
      left: left, right: right, comparison: comparison, tolerance: tolerance)
    report.print(output)
    guard comparison.isWithin(tolerance) else {
      throw ExitCode(ExitStatus.difference.rawValue)
    }
  }
}
