import ArgumentParser
import Checkpoints
import Diagnostics
import JSON
import LanguageModels
import Quantization
import Recipes
import Synchronization
import TensorCore

/// `birdie quantize`: the best artifact of a checkpoint that fits.
struct Quantize: Verb {
  static let configuration = CommandConfiguration(
    commandName: "quantize",
    abstract: "Quantizes a checkpoint, as finely as a budget of bytes allows.",
    discussion: """
      Matrices of more than 65,536 elements are quantized, the rest is kept. With --calibrate, \
      errors are weighed by what layers read and by what the prediction depends on, so that every \
      weight costs the same divergence per bit.

      Methods: \(methods). birdie methods quantizers lists their options.
      """)

  private static var methods: String {
    QuantizationMethods.all.map { "\($0.id) (\($0.summary))" }.joined(separator: ", ")
  }

  static let examples = [
    "birdie quantize final_model.pt out.birdie --budget 16000000 --code train_gpt.py "
      + "--calibrate 'fineweb_train_*.bin'",
    "birdie quantize final_model.pt out.birdie --bits 3.5 --calibrate 'fineweb_train_*.bin'",
    "birdie quantize final_model.pt out.safetensors --recipe recipe.yml --calibrate 'train_*.bin'",
    "birdie quantize final_model.pt final_model.int8.ptz --export int8",
  ]

  @Argument(help: "The checkpoint to read.", completion: .file())
  var input: String

  @Argument(help: "The file to write: .birdie, .safetensors or .ptz.", completion: .file())
  var result: String

  @Option(
    help: ArgumentHelp(
      "Write the artifact that a training script would: \(Self.exports).", valueName: "script"))
  var export: String?

  @OptionGroup var flags: QuantizationFlags
  @OptionGroup var reports: ReportFlags

  @Option(
    help: ArgumentHelp("Token shards that the report evaluates on.", valueName: "glob"))
  var reportTokens: String?

  @OptionGroup var machine: MachineFlags
  @OptionGroup var leniency: LeniencyOptions
  @OptionGroup var output: OutputOptions

  private static var exports: String {
    TrainingExports.all.map(\.id).joined(separator: ", ")
  }

  func validate() throws {
    _ = try flags.goal(for: result)
    guard reportTokens == nil || reports.report != nil else {
      throw ValidationError("--report-tokens means nothing without --report")
    }
    guard let export else { return }
    guard TrainingExports.all.contains(where: { $0.id == export }) else {
      throw ValidationError("--export \(export): choose one of \(Self.exports)")
    }
    guard flags.choosesNothing else {
      throw ValidationError("--export: the script chooses methods, steps and what is kept")
    }
  }

  func run() throws {
    machine.apply()
    let report = try reports.output(overwrites: flags.force)
    let product = try quantize()
    // Before anything is printed: an error is the one document of a run under --json.
    try report?.write(try verification(of: product), weights: product.weights)
    product.print()
  }

  /// What came of a quantization besides its files.
  private struct Product {
    /// Tells it.
    let print: () -> Void
    /// What was quantized, as far as birdie chose how.
    var weights: [QuantizedWeight] = []
    /// The bytes of the decoder that count against the budget.
    var decoderByteCount = 0
  }

  /// What the quantization cost, as `birdie verify` finds it.
  private func verification(of product: Product) throws -> VerificationReport {
    var limits = VerificationLimits()
    limits.budget = flags.budget?.byteCount
    var job = VerificationJob()
    job.limits = limits
    job.overheadByteCount = try flags.codeByteCount + product.decoderByteCount
    var evaluation = try EvaluationFlags.parse([])
    evaluation.tokenizer = flags.tokenizer
    evaluation.arch = flags.arch
    evaluation.sequenceLength = flags.sequenceLength
    evaluation.seed = flags.seed
    return try VerificationReport(
      of: result, against: input, &job, tokens: reportTokens, evaluation, leniency, output)
  }

  /// Writes the output.
  private func quantize() throws -> Product {
    try flags.checkDecoder(beside: result, input)
    let progress = ProgressLine("quantizing", total: 0, unit: .tokens, isShown: output.isTalkative)
    defer { progress.finish() }
    var checkpoint = try Checkpoint.open(input, leniency: leniency.rules)
    checkpoint.warnings += try PayloadVerification(of: checkpoint).warnings()
    if let export = TrainingExports.all.first(where: { $0.id == export }) {
      let byteCount = try export.write(checkpoint, to: result, overwrites: flags.force)
      progress.finish()
      let report = ExportReport(input: checkpoint, path: result, byteCount: byteCount)
      return Product { [output] in report.print(output) }
    }
    var run = QuantizationRun(try flags.methods())
    try flags.fill(&run, for: result, checkpoint)
    let conversion = run.conversion
    _ = try Checkpoint(format: "birdie", tensors: [], path: input)
      .conversionReport(to: result, conversion)
    let meter = QuantizationProgress(progress, isTalkative: output.isTalkative)
    let outcome = try run.run(checkpoint, progress: meter.update)
    if result.hasSuffix(".ptz") {
      let byteCount = try outcome.checkpoint.writeArtifact(
        of: .int8Clean, to: result, overwrites: flags.force)
      progress.finish()
      let report = ExportReport(input: checkpoint, path: result, byteCount: byteCount)
      return Product(print: { [output] in report.print(output) }, weights: outcome.weights)
    }
    if flags.decoder != nil {
      _ = try outcome.checkpoint.artifactByteCount(conversion, addsDecoder: true)
    }
    let written = try outcome.checkpoint.convert(to: result, conversion)
    let decoder = try flags.writeDecoder(of: result)
    progress.finish()
    let report = try QuantizationReport(
      input: checkpoint, path: result, outcome: outcome, conversion: written, flags: flags,
      decoder: decoder, seconds: progress.elapsed, codeByteCount: flags.codeByteCount)
    return Product(
      print: { [output] in report.print(output) }, weights: outcome.weights,
      decoderByteCount: decoder?.compressedByteCount ?? 0)
  }
}

/// Tells the progress line how far a quantization is.
///
/// Unchecked because calls come from several threads, and take turns.
private final class QuantizationProgress: @unchecked Sendable {
  private let line: ProgressLine
  private let isTalkative: Bool
  private let turn = Mutex<Void>(())

  init(_ line: ProgressLine, isTalkative: Bool) {
    self.line = line
    self.isTalkative = isTalkative
  }

  @Sendable func update(_ progress: QuantizationRun.Progress) {
    turn.withLock { _ in
      switch progress {
      case .calibrating(let done, let total):
        line.update("calibrating", done: done, of: total, unit: .tokens)
      case .weighing: break
      case .predicted(let gain):
        guard isTalkative else { break }
        line.finish()
        Talk.write(
          "column steps are expected to save \(Quantity.fixed(gain, digits: 3)) bits per weight, "
            + "by ½·log2(AM/GM)\n")
      case .measuring(let done, let total):
        line.update("measuring", done: done, of: total, unit: .matrices)
      case .quantizing(let attempt, let done, let total):
        line.update("try \(attempt): quantizing", done: done, of: total, unit: .weights)
      case .tuning(let done, let total):
        line.update("tuning", done: done, of: total, unit: .tokens)
      }
    }
  }
}
