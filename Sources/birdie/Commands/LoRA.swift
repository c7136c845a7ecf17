import ArgumentParser
import Checkpoints
import Diagnostics
import Files
import JSON
import Recipes
import TensorCore

/// `birdie lora`: adapters of low rank, as PEFT writes and reads them.
struct LoRA: Verb {
  static let configuration = CommandConfiguration(
    commandName: "lora",
    abstract: "Applies, extracts and merges low-rank adapters.",
    discussion: """
      An adapter is a folder with adapter_config.json and adapter_model.safetensors. In merge \
      recipes, MODEL+ADAPTER stands for a model with one.
      """,
    subcommands: [Apply.self, Extract.self, Merge.self])

  static let examples = [
    "birdie lora apply model/ adapter/ merged/",
    "birdie lora extract finetuned.pt adapter/ --base base.pt --rank 16",
    "birdie lora merge both/ first/ second/ --weight 0.5 --weight 0.5 --rank 16",
  ]

  /// `birdie lora apply`: a model with an adapter's changes.
  struct Apply: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Writes a model with an adapter's changes added to its weights.")

    @Argument(help: "The model.", completion: .file())
    var model: String

    @Argument(help: "The adapter's folder.", completion: .directory)
    var adapter: String

    @Argument(help: "The file or folder to write.", completion: .file())
    var result: String

    @Flag(help: "Replace an existing output.")
    var force = false

    @OptionGroup var machine: MachineFlags
    @OptionGroup var leniency: LeniencyOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
      machine.apply()
      let base = try Checkpoint.open(model, leniency: leniency.rules)
      let changed = try base.applying(try LowRankAdapter.open(adapter))
      var options = ConversionOptions(forModelAt: result, overwrites: force)
      if OutputFormat.ofModelFile(result) == nil {
        options.companions = try MergeCompanions.carried(from: OutputFormat.folder(of: model))
      }
      let progress = ProgressLine("applying", total: 0, isShown: output.isTalkative)
      let report = try WrittenOutput(result, output, progress).write(changed, options)
      ConversionSummary(
        input: base, path: result, format: options.format, conversion: report,
        seconds: progress.elapsed, decoder: nil, decoderPath: nil
      ).print(output)
    }
  }

  /// `birdie lora extract`: what a fine-tuned model differs by from its base.
  struct Extract: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Finds the adapter that comes nearest to what a model differs by from its base.")

    @Argument(help: "The fine-tuned model.", completion: .file())
    var model: String

    @Argument(help: "The adapter's folder to write.", completion: .directory)
    var result: String

    @Option(help: "The model that it was made from.", completion: .file())
    var base: String

    @Option(help: "The rank of factors at most.")
    var rank = 32

    @Option(help: "Leave out singular values of at most this.")
    var svEpsilon = 0.0

    @Flag(help: "Give all of the singular values to A, where both factors share them.")
    var noDistributeScale = false

    @Flag(help: "Factor embeddings too.")
    var embedLora = false

    @Option(help: ArgumentHelp("Only weights whose name matches.", valueName: "glob"))
    var tensors: [String] = []

    @Option(help: ArgumentHelp("Keep tensors whole whose name matches.", valueName: "glob"))
    var saveModule: [String] = []

    @OptionGroup var draft: DraftFlags
    @OptionGroup var machine: MachineFlags
    @OptionGroup var leniency: LeniencyOptions
    @OptionGroup var output: OutputOptions

    func validate() throws {
      guard rank > 0 else { throw ValidationError("--rank \(rank): give at least 1") }
      guard svEpsilon >= 0 else {
        throw ValidationError("--sv-epsilon \(svEpsilon): give at least 0")
      }
    }

    func run() throws {
      machine.apply()
      var extraction = AdapterExtraction()
      (extraction.rank, extraction.leastValue) = (rank, svEpsilon)
      (extraction.isBalanced, extraction.includesTables) = (!noDistributeScale, embedLora)
      (extraction.patterns, extraction.savedPatterns) = (tensors, saveModule)
      extraction.dtype = draft.dtype.type
      try draft.requireFree(result)
      let progress = ProgressLine(
        "extracting", total: 0, unit: .matrices, isShown: output.isTalkative)
      let made = try extraction.run(
        Checkpoint.open(model, leniency: leniency.rules),
        base: Checkpoint.open(base, leniency: leniency.rules)
      ) { progress.update(done: $0, of: $1) }
      try draft.write(made, to: result, output, progress)
    }
  }

  /// `birdie lora merge`: one adapter of several.
  struct Merge: ParsableCommand {
    /// How factors are put together.
    enum Method: String, ExpressibleByArgument, CaseIterable {
      case cat, svd, linear

      var way: AdapterMerge.Way {
        switch self {
        case .cat: .cat
        case .svd: .svd
        case .linear: .linear
        }
      }
    }

    static let configuration = CommandConfiguration(
      abstract: "Makes one adapter of several for the same model.")

    @Argument(help: "The adapter's folder to write.", completion: .directory)
    var result: String

    @Argument(help: "The adapters' folders.", completion: .directory)
    var adapters: [String]

    @Option(
      parsing: .unconditionalSingleValue, help: "The weight of each adapter in turn; 1 without any."
    )
    var weight: [Double] = []

    @Option(
      help: """
        cat: the sum, whose ranks add up; svd: the nearest of a rank to the sum; linear: factors \
        one by one, as PEFT does.
        """)
    var method = Method.svd

    @Option(help: "The rank with svd; the largest of the adapters without it.")
    var rank: Int?

    @OptionGroup var draft: DraftFlags
    @OptionGroup var machine: MachineFlags
    @OptionGroup var output: OutputOptions

    func validate() throws {
      guard weight.isEmpty || weight.count == adapters.count else {
        throw ValidationError(
          "\(weight.count) weights for \(adapters.count) adapters: give each one, or none")
      }
      guard weight.allSatisfy(\.isFinite) else { throw ValidationError("--weight: no number") }
      if let rank {
        guard rank > 0 else { throw ValidationError("--rank \(rank): give at least 1") }
        guard method == .svd else { throw ValidationError("--rank is about --method svd") }
      }
    }

    func run() throws {
      machine.apply()
      var merge = AdapterMerge()
      (merge.way, merge.rank, merge.dtype) = (method.way, rank, draft.dtype.type)
      let opened = try adapters.map { (path) throws(Rejection) in try LowRankAdapter.open(path) }
      try draft.requireFree(result)
      let progress = ProgressLine("merging", total: 0, isShown: output.isTalkative)
      let made = try merge.run(
        opened, weights: weight.isEmpty ? adapters.map { _ in 1 } : weight)
      try draft.write(made, to: result, output, progress)
    }
  }
}

/// How adapters are written.
struct DraftFlags: ParsableArguments {
  /// The types of factors.
  enum FactorType: String, ExpressibleByArgument, CaseIterable {
    case float32, bfloat16, float16

    var type: DType {
      switch self {
      case .float32: .f32
      case .bfloat16: .bf16
      case .float16: .f16
      }
    }
  }

  @Option(help: "The type of the factors.")
  var dtype = FactorType.float32

  @Flag(help: "Replace an existing output.")
  var force = false

  /// Throws F02 where the output may not be written, before anything is computed for it.
  func requireFree(_ path: String) throws(Rejection) {
    _ = try Checkpoint(format: "safetensors", tensors: [], path: "")
      .conversionReport(to: path, options)
  }

  private var options: ConversionOptions {
    var options = ConversionOptions()
    options.overwrites = force
    options.stem = AdapterDraft.stem
    options.maximumShardByteCount = .max
    return options
  }

  /// Writes an adapter's folder and says what is in it.
  func write(
    _ draft: AdapterDraft, to path: String, _ output: OutputOptions, _ progress: ProgressLine
  ) throws {
    var options = options
    options.companions = [
      (AdapterDraft.configurationName, Array((draft.configuration.text() + "\n").utf8))
    ]
    let report = try WrittenOutput(path, output, progress).write(draft.checkpoint, options)
    AdapterReport(draft: draft, path: path, report: report, seconds: progress.elapsed)
      .print(output)
  }
}
