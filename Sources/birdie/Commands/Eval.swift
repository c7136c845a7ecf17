import ArgumentParser
import Checkpoints
import Diagnostics
import LanguageModels
import Recipes
import TensorCore

/// `birdie eval`: how many bits does the model need for each byte of text?
struct Eval: Verb {
  static let configuration = CommandConfiguration(
    commandName: "eval",
    abstract: "Measures the bits per byte of a model on token shards, without PyTorch.",
    discussion: """
      Any checkpoint that can be read is a model, compressed artifacts too. Its architecture is \
      known by names and shapes, by the config.json beside it or by --arch. Losses are exact in \
      float32; --arithmetic bf16 rounds every operation.

      Architectures: \(architectures).

      Some records of the challenge differ without a sign in the file: the page \
      docs/formats/golf-gpt.md lists what their config.json must say, key by key and record by \
      record; docs/formats/huggingface.md lists the keys of the other architectures.
      """)

  private static var architectures: String {
    Architectures.all.map { "\($0.id) (\($0.summary))" }.joined(separator: ", ")
  }

  static let examples = [
    "birdie eval final_model.pt --tokens 'fineweb_val_*.bin' --tokenizer fineweb_1024_bpe.model",
    "birdie eval final_model.int8.ptz --tokens 'val_*.bin' --tokenizer t.model "
      + "--reference final_model.pt",
    "birdie eval model.safetensors --tokens 'val_*.bin' --tokenizer tokenizer.json --stride 64",
    "birdie eval caseops.pt --tokens 'fineweb_val_*.bin' --byte-counts 'fineweb_val_bytes_*.bin'",
  ]

  /// What numbers are rounded to.
  enum Arithmetic: String, ExpressibleByArgument, CaseIterable {
    case f32, bf16
  }

  @Argument(help: "The model.", completion: .file())
  var path: String

  @Option(help: ArgumentHelp("The token shards; quote the pattern.", valueName: "glob"))
  var tokens: String

  @Option(
    help: "A model to be compared with, such as the one before compression.", completion: .file())
  var reference: String?

  @Option(help: "What every operation is rounded to.")
  var arithmetic = Arithmetic.f32

  @OptionGroup var evaluation: EvaluationFlags
  @OptionGroup var machine: MachineFlags
  @OptionGroup var leniency: LeniencyOptions
  @OptionGroup var output: OutputOptions

  func validate() throws {
    if evaluation.referenceArch != nil, reference == nil {
      throw ValidationError("--reference-arch means nothing without --reference")
    }
  }

  func run() throws {
    machine.apply()
    let progress = ProgressLine(
      "evaluating", total: 0, unit: .tokens, isShown: output.isTalkative)
    defer { progress.finish() }
    let model = try load(path, evaluation.arch)
    let other = try reference.map {
      try load($0, evaluation.referenceArch, orElse: evaluation.arch)
    }
    let job = evaluation.job(on: tokens, leniency)
    let outcome = try job.run(model, reference: other, progress: progress.update)
    progress.finish()
    let warnings = [model, other].compactMap { $0?.checkpoint.warnings }.flatMap(\.self)
    EvaluationReport(
      outcome, seed: UInt64(evaluation.seed), seconds: progress.elapsed,
      warnings: WarningReport(warnings: warnings + outcome.warnings)
    ).print(output)
  }

  private func load(
    _ path: String, _ named: String?, orElse other: String? = nil
  ) throws -> LoadedModel {
    let checkpoint = try leniency.verifiedCheckpoint(at: path)
    let configuration = try ModelConfiguration.read(named, of: checkpoint, orElse: other)
    return try LoadedModel(
      checkpoint, configuration: configuration?.json,
      arithmetic: arithmetic == .bf16 ? .bf16 : .f32)
  }
}
