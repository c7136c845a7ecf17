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
    help: ArgumentHelp(
      """
      What tells the bytes of each token: a SentencePiece model, a tokenizer.json, or the word \
      bytes for a vocabulary of 256 or 260.
      """,
      valueName: "file"),
    completion: .file())
  var tokenizer: String?

  @Option(
    help: ArgumentHelp(
      "Files with the bytes of each token, instead of those beside the shards; quote the pattern.",
      valueName: "glob"))
  var byteCounts: String?

  @Option(help: "The model's configuration as JSON.", completion: .file())
  var arch: String?

  @Option(
    help: "A model to be compared with, such as the one before compression.", completion: .file())
  var reference: String?

  @Option(
    help: """
      The reference's configuration as JSON; without it the one beside the reference, or else the \
      model's.
      """, completion: .file())
  var referenceArch: String?

  @Option(help: "How many tokens of the shards to use.")
  var maxTokens: Int?

  @Option(help: "The longest sequence that the model sees.")
  var sequenceLength = 1024

  @Option(help: "Slide the window by this many tokens and score each target once.")
  var stride: Int?

  @Flag(help: "Evaluate every document by itself.")
  var isolateDocuments = false

  @Option(
    help: ArgumentHelp(
      "The token that documents begin with, if not the one that the configuration names.",
      valueName: "id"))
  var beginToken: UInt16?

  @Option(help: "What the resampling for the confidence interval begins with.")
  var seed: UInt32 = 0

  @Option(help: "What every operation is rounded to.")
  var arithmetic = Arithmetic.f32

  @OptionGroup var machine: MachineFlags
  @OptionGroup var leniency: LeniencyOptions
  @OptionGroup var output: OutputOptions

  func validate() throws {
    guard sequenceLength > 0 else {
      throw ValidationError("--sequence-length \(sequenceLength): give at least 1")
    }
    if let stride, stride < 1 || stride > sequenceLength {
      throw ValidationError("--stride \(stride): give 1 to the sequence length")
    }
    if stride != nil, isolateDocuments {
      throw ValidationError("--stride and --isolate-documents exclude each other")
    }
    if beginToken != nil, !isolateDocuments {
      throw ValidationError("--begin-token means nothing without --isolate-documents")
    }
    if referenceArch != nil, reference == nil {
      throw ValidationError("--reference-arch means nothing without --reference")
    }
    if let maxTokens, maxTokens < 2 {
      throw ValidationError("--max-tokens \(maxTokens): give at least 2")
    }
  }

  func run() throws {
    machine.apply()
    let progress = ProgressLine(
      "evaluating", total: 0, unit: .tokens, isShown: output.isTalkative)
    defer { progress.finish() }
    let model = try load(path, arch)
    let other = try reference.map { try load($0, referenceArch, orElse: arch) }
    var job = EvaluationJob(tokenPattern: tokens)
    job.tokenizer = tokenizer.map(TokenizerChoice.init)
    job.byteCountPattern = byteCounts
    job.leniency = leniency.rules
    job.sequenceLength = sequenceLength
    job.stride = stride
    job.isolatesDocuments = isolateDocuments
    job.beginToken = beginToken.map(Int.init)
    job.maximumTokenCount = maxTokens
    let outcome = try job.run(model, reference: other, progress: progress.update)
    progress.finish()
    let warnings = [model, other].compactMap { $0?.checkpoint.warnings }.flatMap(\.self)
    EvaluationReport(
      outcome, seed: UInt64(seed), seconds: progress.elapsed,
      warnings: WarningReport(warnings: warnings + outcome.warnings)
    ).print(output)
  }

  private func load(
    _ path: String, _ named: String?, orElse other: String? = nil
  ) throws -> LoadedModel {
    var checkpoint = try Checkpoint.open(path, leniency: leniency.rules)
    checkpoint.warnings += try PayloadVerification(of: checkpoint).warnings()
    let configuration = try ModelConfiguration.read(named, of: checkpoint, orElse: other)
    return try LoadedModel(
      checkpoint, configuration: configuration?.json,
      arithmetic: arithmetic == .bf16 ? .bf16 : .f32)
  }
}
