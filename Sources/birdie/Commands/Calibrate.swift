import ArgumentParser
import Checkpoints
import Diagnostics
import Files
import LanguageModels
import Recipes
import TensorCore

/// `birdie calibrate`: what do the linear layers of the model read?
struct Calibrate: Verb {
  static let configuration = CommandConfiguration(
    commandName: "calibrate",
    abstract: "Gathers what a model's linear layers read: the data of calibrated quantizers.",
    discussion: """
      For the input x of every linear layer the output holds the sum of xᵀx in double precision \
      (second_moment, the Hessian of GPTQ but for a factor), the largest and the mean magnitude of \
      each channel (abs_max, mean_abs), its mean, and the count of rows, under the weight's name. \
      Weights that read the same input share them. --fisher gathers the Fisher information of \
      every element instead, by which fisher merges weigh. Use tokens that the model was trained \
      on, not those that it is judged by.
      """)

  static let examples = [
    "birdie calibrate final_model.pt stats.safetensors --tokens 'fineweb_train_*.bin'",
    "birdie calibrate model/ stats.safetensors --tokens 'train_*.bin' --max-tokens 131072",
    "birdie calibrate model/ mlp.safetensors --tokens 'train_*.bin' --tensors '*.mlp.*' --dry-run",
    "birdie calibrate model.pt fisher.safetensors --tokens 'train_*.bin' --fisher",
  ]

  @Argument(help: "The model.", completion: .file())
  var path: String

  @Argument(help: "The safetensors file to write.", completion: .file())
  var result: String

  @Option(help: ArgumentHelp("The token shards; quote the pattern.", valueName: "glob"))
  var tokens: String

  @Option(help: "The model's configuration as JSON.", completion: .file())
  var arch: String?

  @Option(help: "How many tokens of the shards to use.")
  var maxTokens: Int?

  @Option(help: "How many tokens the model sees at once.")
  var sequenceLength = 1024

  @Option(help: ArgumentHelp("Only layers whose weight's name matches.", valueName: "glob"))
  var tensors: [String] = []

  @Flag(
    help: """
      Gather the Fisher information of every element, from 65536 tokens unless --max-tokens says \
      otherwise, in sequences of at most 512.
      """)
  var fisher = false

  @Option(parsing: .unconditional, help: "What tokens are drawn with for --fisher.")
  var seed: UInt64 = 0

  @Flag(help: "Replace an existing output.")
  var force = false

  @Flag(help: "Say what would be gathered, and write nothing.")
  var dryRun = false

  @OptionGroup var machine: MachineFlags
  @OptionGroup var leniency: LeniencyOptions
  @OptionGroup var output: OutputOptions

  func validate() throws {
    guard sequenceLength > 0 else {
      throw ValidationError("--sequence-length \(sequenceLength): give at least 1")
    }
    if fisher, dryRun || !tensors.isEmpty {
      throw ValidationError("--fisher is of whole models: leave --dry-run and --tensors out")
    }
    if let maxTokens, fisher, maxTokens < 1 {
      throw ValidationError("--max-tokens \(maxTokens): give at least 1")
    }
    if let maxTokens, !fisher, maxTokens < sequenceLength {
      throw ValidationError("--max-tokens \(maxTokens): give at least the sequence length")
    }
  }

  func run() throws {
    machine.apply()
    let progress = ProgressLine(
      "calibrating", total: 0, unit: .tokens, isShown: output.isTalkative)
    defer { progress.finish() }
    var options = ConversionOptions()
    options.overwrites = force
    // Whether the output may be written is asked before hours of computing.
    _ = try Checkpoint(format: "safetensors", tensors: [], path: path)
      .conversionReport(to: result, options)
    var checkpoint = try Checkpoint.open(path, leniency: leniency.rules)
    if !dryRun { checkpoint.warnings += try PayloadVerification(of: checkpoint).warnings() }
    let configuration = try ModelConfiguration.read(arch, of: checkpoint)
    if fisher {
      return try gatherInformation(of: checkpoint, configuration, options, progress)
    }
    let model = try LoadedModel(checkpoint, configuration: configuration?.json)
    var job = CalibrationJob(tokenPattern: tokens)
    job.sequenceLength = sequenceLength
    job.maximumTokenCount = maxTokens
    job.patterns = tensors
    let plan = try job.plan(for: model)
    let others = [configuration?.path].compactMap(\.self) + plan.shardPaths
    try requireForeign(checkpoint.inputFiles.union(others.compactMap(FileIdentity.init(path:))))
    let warnings = WarningReport(warnings: checkpoint.warnings)
    var report = CalibrationReport(plan, path: result, sequenceLength, warnings)
    if !dryRun { try gather(job, model, plan, options, &report, progress) }
    report.print(output)
  }

  /// Throws F02 if the output would replace what it is made from, which --force does not mean.
  private func requireForeign(_ inputs: Set<FileIdentity>) throws {
    guard let identity = FileIdentity(path: result), inputs.contains(identity) else { return }
    throw Rejection(
      FileRules.outputExists, "is one of the files that the statistics are made from",
      at: Place(file: result))
  }

  /// Writes the Fisher information of every element.
  private func gatherInformation(
    of checkpoint: Checkpoint, _ configuration: ModelConfiguration?,
    _ options: ConversionOptions, _ progress: ProgressLine
  ) throws {
    var job = FisherJob(tokenPattern: tokens)
    job.tokenCount = maxTokens ?? job.tokenCount
    job.sequenceLength = min(sequenceLength, job.sequenceLength)
    job.seed = seed
    let others = [configuration?.path].compactMap(\.self) + PathPattern.matches(of: tokens)
    try requireForeign(checkpoint.inputFiles.union(others.compactMap(FileIdentity.init(path:))))
    let information = try job.run(
      checkpoint, configuration: configuration?.json, origin: origin
    ) { progress.update(done: $0, of: $1) }
    let report = try WrittenOutput(result, output, progress).write(information, options)
    ConversionSummary(
      input: checkpoint, path: result, format: .safetensors, conversion: report,
      seconds: progress.elapsed, decoder: nil, decoderPath: nil
    ).print(output)
  }

  private var origin: String { path.split(separator: "/").last.map(String.init) ?? path }

  private func gather(
    _ job: CalibrationJob, _ model: LoadedModel, _ plan: CalibrationJob.Plan,
    _ options: ConversionOptions, _ report: inout CalibrationReport, _ progress: ProgressLine
  ) throws {
    let calibration = try job.run(model, plan) { progress.update(done: $0, of: plan.tokenCount) }
    report.layers = calibration.layers.map(CalibrationReport.Layer.init)
    let statistics = CalibrationFile.checkpoint(of: calibration, origin: origin)
    let partialPaths = try statistics.conversionReport(to: result, options).partialPaths
    let interruption = Interruption(removing: partialPaths, asJSON: output.json)
    defer { interruption.end() }
    let done = try statistics.convert(to: result, options) { interruption.follow($0.stage) }
    report.byteCount = done.files.compactMap(\.byteCount).reduce(0, +)
    report.seconds = progress.elapsed
  }
}
