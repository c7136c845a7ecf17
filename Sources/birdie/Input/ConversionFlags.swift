public import ArgumentParser
public import Checkpoints

/// How a conversion is asked for.
struct ConversionFlags: ParsableArguments {
  @Option(
    name: .customLong("to"),
    help: ArgumentHelp(
      "safetensors, pytorch or birdie; without it the output's ending decides.", valueName: "format"
    ),
    completion: .list(OutputFormat.allCases.map(\.rawValue)))
  var target: String?

  @Option(help: "What floats become: keep, f32, f16 or bf16.")
  var dtype = FloatPolicy.keep

  @Option(help: ArgumentHelp("Only tensors whose name matches.", valueName: "glob"))
  var tensors: [String] = []

  @Option(
    help: ArgumentHelp(
      "Change names as sed -E does; the flag g changes every match, i ignores case.",
      valueName: "s/re/new/"))
  var rename: [String] = []

  @Option(help: "Write compressed tensors as codes and scales (keep) or as numbers (decode).")
  var codes = CodePolicy.automatic

  @Option(
    help: ArgumentHelp(
      "Round an artifact's scales to this many steps an octave: 1, 2, 4 … 64. Weights change.",
      valueName: "n"))
  var logScales: Int?

  @Option(
    help: ArgumentHelp(
      "Write a Python program that restores an artifact's weights with numpy.", valueName: "path"),
    completion: .file())
  var decoder: String?

  @Option(help: "Note this configuration (JSON) in the output, for eval.", completion: .file())
  var arch: String?

  @Option(help: "Note this tokenizer's SHA-256 in the output, for eval.", completion: .file())
  var tokenizer: String?

  @Flag(help: "Note the input's name, length and SHA-256 in the output.")
  var provenance = false

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("Split into files of at most this size.", valueName: "size"))
  var maxShardSize: ByteSize?

  @Flag(help: "Replace an existing output.")
  var force = false

  @Flag(help: "Say what would be read and written, and write nothing.")
  var dryRun = false

  /// What the ecosystem's tools split at when nobody says.
  private static let usualShardByteCount = 5_000_000_000

  /// What was typed, as the library wants it; throws what contradicts itself.
  func options(for path: String) throws -> ConversionOptions {
    try checkShards(path)
    var options = ConversionOptions()
    options.format = try format(for: path)
    options.floats = dtype
    options.codes = codes
    options.patterns = tensors
    options.renamings = try rename.map { text in
      guard let renaming = Renaming(text) else {
        throw ValidationError(
          "--rename \(text): give s/PATTERN/NEW/ with a regular expression, and in NEW its groups")
      }
      return renaming
    }
    options.maximumShardByteCount = maxShardSize?.byteCount
    if options.format == .safetensors, OutputFormat.isFolder(path) {
      options.maximumShardByteCount = maxShardSize?.byteCount ?? Self.usualShardByteCount
    }
    options.overwrites = force
    options.scaleSteps = try scaleSteps(options.format)
    guard decoder == nil || options.format == .birdie else {
      throw ValidationError("--decoder: only .birdie files have one")
    }
    guard options.format != .pytorch || arch == nil && tokenizer == nil && !provenance else {
      throw ValidationError("--arch, --tokenizer, --provenance: PyTorch files have no metadata")
    }
    return options
  }

  /// What the output is to say of its model; throws what reading the files throws.
  func notes(of input: String) throws -> ModelNotes {
    var notes = ModelNotes()
    notes.architecture = try arch.map { try ModelConfiguration(path: $0).json }
    notes.tokenizer = try tokenizer.map(FileDigest.init)
    if provenance { notes.sources = try FileDigest.files(at: input) }
    return notes
  }

  private func scaleSteps(_ format: OutputFormat) throws -> Int? {
    guard let logScales else { return nil }
    guard [1, 2, 4, 8, 16, 32, 64].contains(logScales), format == .birdie else {
      throw ValidationError("--log-scales: 1, 2, 4, 8, 16, 32 or 64, and only for .birdie files")
    }
    return logScales.trailingZeroBitCount
  }

  private func format(for path: String) throws -> OutputFormat {
    let names = OutputFormat.allCases.map(\.rawValue).joined(separator: ", ")
    if let target {
      guard let format = OutputFormat(rawValue: target) else {
        throw ValidationError("--to \(target): this version writes \(names)")
      }
      return format
    }
    if maxShardSize != nil { return .safetensors }
    guard let format = OutputFormat.inferred(from: path) else {
      throw ValidationError(
        "the ending of '\(path)' names no format; add --to with one of \(names)")
    }
    return format
  }

  /// A folder called `model.pt` would be taken for a file by everything that reads its name.
  private func checkShards(_ path: String) throws {
    guard maxShardSize != nil else { return }
    if let target, target != OutputFormat.safetensors.rawValue {
      throw ValidationError("--max-shard-size: only safetensors can be sharded, not \(target)")
    }
    if !OutputFormat.isFolder(path), OutputFormat.inferred(from: path) != nil {
      throw ValidationError(
        "--max-shard-size: shards go into a folder, and \(path) is the name of a file; "
          + "end it with a slash if the folder is to be called so")
    }
  }
}

extension FloatPolicy: ExpressibleByArgument {}
extension CodePolicy: ExpressibleByArgument {}
