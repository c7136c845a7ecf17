import ArgumentParser
import Checkpoints
import Diagnostics
import Files
import JSON
import Quantization
import Recipes
import TensorCore
import YAML

/// How a quantization is asked for.
struct QuantizationFlags: ParsableArguments {
  @Option(help: "A recipe (YAML): which tensors get which method.", completion: .file())
  var recipe: String?

  @Option(help: "The method for every matrix, without a recipe (trellis).")
  var method: String?

  @Option(help: ArgumentHelp("An option of the method.", valueName: "key=value"))
  var option: [String] = []

  @Option(
    help: ArgumentHelp(
      "Another method for the tensors that match, or keep.",
      valueName: "glob=method[,key=value…]"))
  var tensors: [String] = []

  @Option(help: "The most bytes of artifact, code and decoder together.")
  var budget: ByteSize?

  @Option(help: "A file that counts against the budget.", completion: .file())
  var code: [String] = []

  @Option(help: "Bits of artifact for each parameter, instead of a budget.")
  var bits: Double?

  @Option(help: "A factor of all steps, instead of a budget.")
  var step: Double?

  @Option(
    help: ArgumentHelp(
      "The most that predictions may differ by, in nats per token, instead of a budget.",
      valueName: "nats"))
  var targetKl: Double?

  @Option(
    help: ArgumentHelp(
      "The most bits per byte that may be lost, instead of a budget.", valueName: "bits"))
  var targetBpbLoss: Double?

  @Option(
    help: ArgumentHelp(
      "Token shards that a target is judged on (those of --calibrate, after what it used).",
      valueName: "glob"))
  var targetTokens: String?

  @Option(
    help: ArgumentHelp("Token shards to calibrate on; quote the pattern.", valueName: "glob"))
  var calibrate: String?

  @Option(
    help: "What birdie calibrate gathered of this model, instead of gathering it again.",
    completion: .file())
  var statistics: String?

  @Option(help: "How many tokens to calibrate on.")
  var calibrationTokens = 131_072

  @Option(help: "How many tokens to weigh outputs by; 0 for none.")
  var fisherTokens = 16_384

  @Option(help: "How many tokens to measure the cost of each matrix on; 0 for none.")
  var sensitivityTokens = 4096

  @Option(help: "How many tokens to tune scales on, codes frozen; 0 for none.")
  var tuneTokens = 131_072

  @Option(help: "How tensors too small for codes are stored: bf16, f16 or keep.")
  var small: String?

  @Option(
    help: ArgumentHelp(
      "Change weights first in a way that the model does not notice: \(Self.transforms).",
      valueName: "id"))
  var transform: [String] = []

  @Option(help: "The longest sequence that the model sees.")
  var sequenceLength = 1024

  @Option(help: "The model's configuration as JSON.", completion: .file())
  var arch: String?

  @Option(
    help: "The tokenizer: noted in the output, and it tells the bytes of a loss.",
    completion: .file())
  var tokenizer: String?

  @Option(parsing: .unconditional, help: "What tokens are drawn with.")
  var seed: UInt32 = 0

  @Option(
    help: ArgumentHelp(
      "Write a Python program that restores the weights with numpy.", valueName: "path"),
    completion: .file())
  var decoder: String?

  @Flag(help: "Replace an existing output.")
  var force = false

  private static var transforms: String {
    ModelTransforms.all.map { "\($0.id) (\($0.summary))" }.joined(separator: ", ")
  }

  /// Whether nothing says how weights are quantized.
  var choosesNothing: Bool {
    recipe == nil && method == nil && option.isEmpty && tensors.isEmpty && budget == nil
      && code.isEmpty && bits == nil && step == nil && calibrate == nil && decoder == nil
      && targetKl == nil && targetBpbLoss == nil && small == nil && statistics == nil
      && transform.isEmpty
  }

  func validate() throws {
    let counts = [
      ("calibration-tokens", calibrationTokens, 1), ("fisher-tokens", fisherTokens, 0),
      ("sensitivity-tokens", sensitivityTokens, 0), ("tune-tokens", tuneTokens, 0),
      ("sequence-length", sequenceLength, 1),
    ]
    for (name, count, least) in counts where count < least {
      throw ValidationError("--\(name) \(count): give at least \(least)")
    }
    let keys = option.map { $0.prefix { $0 != "=" } }
    if let key = keys.first(where: { key in keys.count { $0 == key } > 1 }) {
      throw ValidationError("--option \(key): given twice")
    }
  }

  /// What steps are chosen by; throws what contradicts itself.
  func goal(for path: String) throws -> QuantizationGoal {
    let goals = [budget != nil, bits != nil, step != nil, targetKl != nil, targetBpbLoss != nil]
    guard goals.count(where: \.self) <= 1 else {
      throw ValidationError(
        "--budget, --bits, --step, --target-kl and --target-bpb-loss exclude each other")
    }
    guard OutputFormat.inferred(from: path) == .birdie || budget == nil && bits == nil else {
      throw ValidationError("--budget and --bits: only .birdie files are entropy-coded")
    }
    guard recipe == nil || method == nil && option.isEmpty && tensors.isEmpty else {
      throw ValidationError("--recipe says what --method, --option and --tensors say: give one")
    }
    guard decoder == nil || OutputFormat.inferred(from: path) == .birdie else {
      throw ValidationError("--decoder: only .birdie files have one")
    }
    if let target = try target() { return target }
    if let budget { return .bytes(budget.byteCount) }
    guard code.isEmpty else { throw ValidationError("--code means nothing without --budget") }
    if let bits {
      guard bits > 0, bits <= 64 else { throw ValidationError("--bits \(bits): give 0 to 64") }
      return .bitsPerParameter(bits)
    }
    guard step ?? 1 > 0 else { throw ValidationError("--step: give a positive factor") }
    return .step(step ?? 1)
  }

  /// The cost that must not be exceeded, if one was given.
  private func target() throws -> QuantizationGoal? {
    guard let limit = targetKl ?? targetBpbLoss else {
      guard targetTokens == nil else {
        throw ValidationError("--target-tokens means nothing without a target")
      }
      return nil
    }
    guard limit > 0, limit.isFinite else {
      throw ValidationError(
        "\(targetKl == nil ? "--target-bpb-loss" : "--target-kl"): give a positive number")
    }
    guard targetTokens ?? calibrate != nil else {
      throw ValidationError("a target needs tokens: --target-tokens or --calibrate")
    }
    return targetKl == nil ? .bitsPerByteLoss(limit) : .divergence(limit)
  }

  /// Which tensors get which method; throws R01, R02 and what was mistyped.
  func methods() throws -> QuantizationRecipe {
    if let recipe {
      var read = try QuantizationRecipe(
        YAMLDocument(path: recipe, under: RecipeRules.malformed).json)
      if let small = try smallTensors() { read.small = small }
      read.transforms += transform
      try read.checkTransforms()
      return read
    }
    var entries = [
      QuantizationRecipe.Entry(
        pattern: "*", method: method ?? TrellisFeedback.id, options: try option.map(Self.option))
    ]
    for text in tensors {
      guard let equals = text.lastIndex(of: "=", before: ",") else {
        throw ValidationError("--tensors \(text): give GLOB=METHOD or GLOB=METHOD,key=value")
      }
      let words = text[text.index(after: equals)...].split(separator: ",").map(String.init)
      entries.append(
        .init(
          pattern: String(text[..<equals]), method: words.first ?? "",
          options: try words.dropFirst().map(Self.option)))
    }
    let recipe = QuantizationRecipe(
      entries, small: try smallTensors() ?? .bf16, transforms: transform)
    try recipe.checkTransforms()
    return recipe
  }

  private func smallTensors() throws -> SmallTensors? {
    guard let small else { return nil }
    guard let choice = SmallTensors(rawValue: small) else {
      let words = SmallTensors.allCases.map(\.rawValue).joined(separator: ", ")
      throw ValidationError("--small \(small): choose one of \(words)")
    }
    return choice
  }

  private static func option(_ text: String) throws -> (key: String, value: JSONValue) {
    let parts = text.split(separator: "=", maxSplits: 1).map(String.init)
    guard parts.count == 2 else { throw ValidationError("\(text): give key=value") }
    let bytes = Array(parts[1].utf8)
    return (parts[0], (try? JSONValue(parsing: bytes.span.bytes)) ?? .string(parts[1]))
  }

  /// The bytes of the files that count against the budget.
  var codeByteCount: Int {
    get throws { try FileDigest.byteCount(of: code) }
  }

  /// Hands over what was typed.
  func fill(
    _ run: inout QuantizationRun, for path: String, _ checkpoint: Checkpoint
  ) throws {
    let configuration = try ModelConfiguration.read(arch, of: checkpoint)
    run.goal = try goal(for: path)
    run.calibrationTokens = calibrate
    guard statistics == nil || run.recipe.transforms.isEmpty else {
      throw ValidationError("--statistics are of the model as it was before it is transformed")
    }
    run.statistics = try statistics.map { path in
      InputStatistics.of(try CalibrationFile.read(Checkpoint.open(path)))
    }
    run.calibrationTokenCount = calibrationTokens
    run.fisherTokenCount = fisherTokens
    run.sequenceLength = sequenceLength
    run.configuration = configuration?.json
    run.seed = UInt64(seed)
    run.overheadByteCount = try codeByteCount
    run.addsDecoder = decoder != nil
    run.sensitivityTokenCount = sensitivityTokens
    run.tuningTokenCount = tuneTokens
    run.judging = (targetTokens ?? calibrate).map(EvaluationJob.init)
    run.judging?.tokenizer = tokenizer.map(TokenizerChoice.init)
    guard let format = OutputFormat.inferred(from: path) ?? (path.hasSuffix(".ptz") ? .birdie : nil)
    else {
      throw ValidationError("\(path): end the name in .birdie, .safetensors or .ptz")
    }
    run.conversion.format = format
    run.conversion.codes = .keep
    run.conversion.overwrites = force
    run.conversion.notes.recipe = run.recipe.json(after: checkpoint.notes.recipe)
    run.conversion.notes.calibration = run.calibrationNote
    run.conversion.notes.architecture = configuration?.json
    run.conversion.notes.tokenizer = try tokenizer.map(FileDigest.init)
  }

  /// Throws where the decoder could not be written beside the result, before anything is computed.
  func checkDecoder(beside result: String, _ input: String) throws {
    guard let decoder else { return }
    let place = FileIdentity(path: decoder)
    guard decoder != result, decoder != input,
      place == nil || place != FileIdentity(path: input) && place != FileIdentity(path: result)
    else {
      throw ValidationError("--decoder \(decoder): give a file of its own")
    }
    _ = try OutputFile(path: decoder, overwrite: force)
  }

  /// Writes the decoder that was asked for.
  func writeDecoder(of path: String) throws -> PythonDecoder? {
    guard let decoder, let program = try Checkpoint.open(path).pythonDecoder() else { return nil }
    var file = try OutputFile(path: decoder, overwrite: force)
    try file.append(Array(program.source.utf8))
    try file.commit()
    return program
  }
}

extension String {
  /// Where the first `sign` stands of the part before the first `end`.
  fileprivate func lastIndex(of sign: Character, before end: Character) -> Index? {
    prefix { $0 != end }.firstIndex(of: sign)
  }
}
