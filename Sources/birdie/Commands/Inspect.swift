import ArgumentParser
import Checkpoints
import Diagnostics
import Files
import TensorCore

/// `birdie inspect`: what is in these files?
struct Inspect: Verb {
  static let configuration = CommandConfiguration(
    commandName: "inspect",
    abstract: "Shows the tensors, the metadata and the format of checkpoints.",
    discussion: """
      Reads headers only: the time grows with the number of tensors, not with their size. --hash \
      and --stats read the values too, after decoding, and compare the checksums of what they read.
      """)

  static let examples = [
    "birdie model.pt                                    # `inspect` may be left out",
    "birdie inspect model.pt --tensors 'blocks.0.*' --stats",
    "birdie inspect *.safetensors --json --hash",
    "birdie inspect model.birdie --entropy",
  ]

  @Argument(help: "Files, sharded folders or their indexes.", completion: .file())
  var paths: [String]

  @Flag(help: "Smallest, largest, mean, standard deviation, zeros and NaNs of each tensor.")
  var stats = false

  @Flag(help: "SHA-256 of each tensor's decoded elements.")
  var hash = false

  @Flag(
    help: "Bits per code: in a Birdie artifact, its model's ideal, order-0, zlib, zstd, xz, brotli."
  )
  var entropy = false

  @Option(help: ArgumentHelp("Only tensors whose name matches.", valueName: "glob"))
  var tensors: [String] = []

  @OptionGroup var machine: MachineFlags
  @OptionGroup var leniency: LeniencyOptions
  @OptionGroup var output: OutputOptions

  func run() throws {
    machine.apply()
    let loop = PathLoop(paths: paths, output: output, key: "checkpoints")
    try loop.run { path, isFirst throws(Rejection) in
      let report = try report(on: path)
      if output.isTalkative {
        WarningReport(warnings: report.checkpoint.warnings).print(unless: false)
        Data.write((isFirst ? "" : "\n") + report.text() + report.entropyText())
      }
      return (report.json.map { (key: $0.key, value: $0.value) }, .done)
    }
  }

  private func report(on path: String) throws(Rejection) -> InspectionReport {
    var checkpoint = try opened(path)
    let globs = tensors.map(NameGlob.init)
    let chosen = checkpoint.tensors.filter { globs.admit($0.name) }
    guard !chosen.isEmpty || tensors.isEmpty else {
      throw Rejection(
        TorchRules.noTensors, "no tensor's name matches \(tensors)", at: Place(file: path))
    }
    guard !measurements.isEmpty else {
      return InspectionReport(
        checkpoint: checkpoint, tensors: try checkpoint.inspected(chosen, measurements))
    }
    let bytes = chosen.reduce(0) { $0 + $1.decodedByteCount }
    let progress = ProgressLine("reading", total: bytes, isShown: output.isTalkative)
    defer { progress.finish() }
    let verification = PayloadVerification(of: checkpoint, reading: chosen)
    let inspections = try checkpoint.inspected(chosen, measurements, progress: progress.update)
    checkpoint.warnings += try verification.warnings()
    return InspectionReport(checkpoint: checkpoint, tensors: inspections)
  }

  private var measurements: TensorInspection.Measurements {
    (hash ? TensorInspection.Measurements.hash : []).union(stats ? .statistics : [])
      .union(entropy ? .entropy : [])
  }

  /// Opens a checkpoint; a missing file whose name is nearly a verb was meant to be that verb.
  private func opened(_ path: String) throws(Rejection) -> Checkpoint {
    do throws(Rejection) {
      return try Checkpoint.open(path, leniency: leniency.rules)
    } catch {
      guard error.rule == FileRules.missingInput,
        let verb = NearestName.to(path, among: Birdie.verbNames)
      else { throw error }
      throw Rejection(
        CommandRules.usage,
        "no file and no verb is called `\(path)`; did you mean `birdie \(verb)`?")
    }
  }
}
