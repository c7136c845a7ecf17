import ArgumentParser
import Checkpoints
import Diagnostics
import Recipes
import TensorCore

/// `birdie align`: the same model with its units where those of another have their likes.
struct Align: Verb {
  static let configuration = CommandConfiguration(
    commandName: "align",
    abstract: "Puts the units of a model where a reference has those that are most alike.",
    discussion: """
      Models that were trained from different seeds have their channels, hidden units and heads in \
      different orders, and a mean of their weights is worth nothing. The result computes what the \
      model does, and can be merged with the reference (weight matching, arXiv 2209.04836). An \
      output that ends in .safetensors, .pt or .birdie is one file; any other is a folder with the \
      model's config.json and tokenizer.
      """)

  static let examples = [
    "birdie align other-seed/ aligned/ --to base/",
    "birdie align other_seed.pt aligned.pt --to final_model.pt",
    "birdie align b.safetensors aligned.safetensors --to a.safetensors --arch config.json --json",
  ]

  @Argument(help: "The model whose units change places.", completion: .file())
  var model: String

  @Argument(help: "The folder or file to write.", completion: .file())
  var result: String

  @Option(
    name: .customLong("to"),
    help: ArgumentHelp("The model that stays as it is.", valueName: "reference"),
    completion: .file())
  var reference: String

  @Option(help: "The model's configuration as JSON.", completion: .file())
  var arch: String?

  @Option(
    help: """
      The reference's configuration as JSON; without it the one beside the reference, or else the \
      model's.
      """, completion: .file())
  var referenceArch: String?

  @Option(
    parsing: .unconditional, help: "What the orders in which groups are gone through begin with.")
  var seed: UInt64 = 0

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("Split a folder's weights into files of this size.", valueName: "size"))
  var maxShardSize: ByteSize?

  @Flag(help: "Replace an existing output.")
  var force = false

  @OptionGroup var machine: MachineFlags
  @OptionGroup var leniency: LeniencyOptions
  @OptionGroup var output: OutputOptions

  func validate() throws {
    guard maxShardSize == nil || isFolder else {
      throw ValidationError("--max-shard-size is about a folder")
    }
  }

  func run() throws {
    machine.apply()
    let options = try options()
    let model = try Checkpoint.open(model, leniency: leniency.rules)
    // An output that cannot be written is found before the work is done.
    _ = try model.conversionReport(to: result, options)
    let reference = try leniency.verifiedCheckpoint(at: reference)
    let progress = ProgressLine("aligning", total: 0, isShown: output.isTalkative)
    let alignment = try ModelAlignment(
      of: model, ModelConfiguration.read(arch, of: model)?.json, to: reference,
      ModelConfiguration.read(referenceArch, of: reference, orElse: arch)?.json, seed: seed)
    let done = try WrittenOutput(result, output, progress).write(alignment.checkpoint, options)
    AlignmentReport(
      alignment: alignment, model: model, reference: reference, path: result, conversion: done,
      seconds: progress.elapsed
    ).print(output)
  }

  private var isFolder: Bool { OutputFormat.ofModelFile(result) == nil }

  private func options() throws -> ConversionOptions {
    var options = ConversionOptions(
      forModelAt: result, shardSize: maxShardSize, overwrites: force)
    if isFolder {
      options.companions = try MergeCompanions.carried(from: OutputFormat.folder(of: model))
    }
    return options
  }
}
