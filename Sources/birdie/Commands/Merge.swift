import ArgumentParser
import Checkpoints
import Diagnostics
import Files
import JSON
import LanguageModels
import Recipes
import TensorCore

/// `birdie merge`: models made of models.
struct Merge: Verb, AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "merge",
    abstract: "Merges models by a recipe in mergekit's YAML.",
    discussion: """
      Weights are streamed: memory does not grow with the models, but for methods on whole \
      matrices (regmean, tsv, iso_c, iso_cts) and for greedy_soup. The same recipe gives the same \
      bytes on every machine (regmean: but for last bits), and a run that was killed goes on where \
      it ended. An output that \
      ends in .safetensors, .pt or .birdie is one file; any other is a folder with config.json \
      and the tokenizer of the base.
      """)

  static let examples = [
    "birdie merge recipe.yml merged/",
    "birdie merge recipe.yml merged/ --explain",
    "birdie merge recipe.yml merged.safetensors --raw",
    "birdie merge recipe.yml merged/ --compat mergekit-0.1.5 --random-seed 42",
  ]

  /// Whose random numbers are drawn.
  enum Compatibility: String, ExpressibleByArgument, CaseIterable {
    case mergekit = "mergekit-0.1.5"
  }

  @Argument(help: "The recipe (YAML).", completion: .file())
  var recipe: String

  @Argument(help: "The folder or file to write.", completion: .file())
  var result: String

  @Flag(help: "Merge state dicts by their names, as mergekit-pytorch does.")
  var raw = false

  @Flag(name: .shortAndLong, help: "With --raw: leave out tensors that some files lack.")
  var intersection = false

  @Flag(name: .shortAndLong, help: "With --raw: merge tensors of the files that have them.")
  var union = false

  @Option(
    name: .customShort("I"),
    help: ArgumentHelp("A model of the recipe and where it is.", valueName: "name=path"))
  var input: [String] = []

  @Option(parsing: .unconditional, help: "The seed of what is drawn by chance.")
  var randomSeed: UInt64 = 0

  @Option(help: "Draw as mergekit-0.1.5 does, in the order of the tensors' names.")
  var compat: Compatibility?

  @Flag(help: "Say what would be made of what, and write nothing.")
  var explain = false

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("Split a folder's weights into files of this size.", valueName: "size"))
  var outShardSize: ByteSize?

  @Flag(help: "Replace an existing output.")
  var force = false

  @OptionGroup var machine: MachineFlags
  @OptionGroup var leniency: LeniencyOptions
  @OptionGroup var output: OutputOptions

  func validate() throws {
    guard raw || !(intersection || union) else {
      throw ValidationError("-i and -u are about --raw")
    }
    guard !(intersection && union) else { throw ValidationError("-i and -u exclude each other") }
    for pair in input where !pair.contains("=") {
      throw ValidationError("-I \(pair): give a name, = and a path")
    }
  }

  private var rawNames: RawNames? {
    guard raw else { return nil }
    return intersection ? .intersection : union ? .union : .same
  }

  func run() async throws {
    machine.apply()
    let recipes = try MergeRecipe.read(path: recipe, isRaw: raw)
    var models = MergeModels(recipe: recipe, named: input, leniency: leniency.rules)
    try await models.pull(recipes, isShown: output.isTalkative)
    try merge(recipes, &models)
  }

  private func merge(_ recipes: [MergeRecipe], _ models: inout MergeModels) throws {
    var last = try Self.target(recipes)
    try addNamed(recipes.filter { $0.name != nil }, neededBy: last, to: &models)
    var run = try run(last, &models)
    var report = MergeReport(run.plan, run.vocabulary, path: result)
    if let evaluation = last.evaluation {
      let pattern = models.pattern(evaluation.tokens)
      guard !PathPattern.matches(of: pattern).isEmpty else {
        throw Rejection(
          LanguageModelRules.noShards, "nothing matches", at: Place(file: pattern))
      }
    }
    guard !explain else { return report.explain(output) }
    let clock = ContinuousClock()
    let start = clock.now
    if last.evaluation != nil {
      // An output that cannot be written is found before models are judged.
      _ = try run.checkpoint().conversionReport(to: result, options())
      let soup = try choose(last, &models)
      last = soup.recipe
      run = try self.run(last, &models)
      report.trials = soup.trials
      report.plan = run.plan
    }
    let merged = try run.checkpoint()
    var options = try options()
    if isFolder {
      options.companions = try MergeCompanions(
        last, run.plan, donor: models.folder(of: last.donor),
        tokenizer: run.tokenizer(last, try models.tokenizers(of: last))
          ?? models.madeTokenizer(of: last.donor),
        source: try MergeModels.text(recipe)
      ).files
    }
    options.resumeKey = try resumeKey(models, of: last)
    let progress = ProgressLine("merging", total: 0, isShown: output.isTalkative)
    let done = try written(merged, options, progress)
    report.print(done, seconds: (clock.now - start) / .seconds(1), output)
  }

  /// Writes the result. What an interruption leaves of a run that can be gone on with stays.
  private func written(
    _ merged: Checkpoint, _ options: ConversionOptions, _ progress: ProgressLine
  ) throws -> ConversionReport {
    guard options.resumeKey != nil else {
      return try WrittenOutput(result, output, progress).write(merged, options)
    }
    defer { progress.finish() }
    return try merged.convert(to: result, options) { event in
      progress.update(done: event.byteCount, of: event.totalByteCount)
    }
  }

  /// The document that is written: the only one without a name, or the last one. Throws M01 for
  /// several without a name.
  private static func target(_ recipes: [MergeRecipe]) throws -> MergeRecipe {
    let unnamed = recipes.filter { $0.name == nil }
    guard unnamed.count < 2, let target = unnamed.first ?? recipes.last else {
      throw Rejection(
        MergeRules.malformed, "\(unnamed.count) documents have no name, and one is written")
    }
    return target
  }

  private func run(_ recipe: MergeRecipe, _ models: inout MergeModels) throws -> MergeRun {
    let checkpoints = try models.checkpoints(of: recipe)
    return try MergeRun(
      recipe, checkpoints, statistics: try models.statistics(of: recipe), raw: rawNames, randomness,
      tokenizers: try models.tokenizers(of: recipe))
  }

  /// Tries models and means of them on tokens, and keeps those with which the mean is best.
  private func choose(_ recipe: MergeRecipe, _ models: inout MergeModels) throws -> GreedySoup {
    let checkpoints = try models.checkpoints(of: recipe)
    let path = models.folder(of: recipe.donor) + "/config.json"
    let configuration =
      FileIdentity(path: path) == nil ? nil : try ModelConfiguration(path: path).json
    let progress = ProgressLine("judging", total: 0, unit: .models, isShown: output.isTalkative)
    defer { progress.finish() }
    return try GreedySoup(
      recipe, checkpoints, configuration: configuration,
      tokens: models.pattern(recipe.evaluation?.tokens ?? ""), raw: rawNames
    ) { progress.update(done: $0, of: $1) }
  }

  /// Makes models of the documents that a recipe needs, and first of those that they need.
  private func addNamed(
    _ recipes: [MergeRecipe], neededBy recipe: MergeRecipe, to models: inout MergeModels
  ) throws {
    for model in recipe.models where !models.has(model) {
      guard let part = recipes.first(where: { $0.name == model.description }) else { continue }
      try addNamed(recipes.filter { $0.name != part.name }, neededBy: part, to: &models)
      let run = try run(part, &models)
      models.add(
        try run.checkpoint(), of: part, named: model,
        tokenizer: run.tokenizer(part, try models.tokenizers(of: part)))
    }
  }

  private var randomness: MergeRun.Randomness {
    compat == nil ? .keyed(seed: randomSeed) : .mergekit(seed: randomSeed)
  }

  private var format: OutputFormat? { OutputFormat.ofModelFile(result) }
  private var isFolder: Bool { format == nil }

  private func options() throws -> ConversionOptions {
    guard isFolder || outShardSize == nil else {
      throw ValidationError("--out-shard-size is about a folder")
    }
    return ConversionOptions(forModelAt: result, shardSize: outShardSize, overwrites: force)
  }

  /// What tells this merge from others: the recipe, the seed, and the files that it reads.
  private func resumeKey(_ models: MergeModels, of recipe: MergeRecipe) throws -> String? {
    guard format ?? .safetensors == .safetensors else { return nil }
    return [
      Birdie.version, try MergeModels.text(self.recipe), "\(raw)", "\(randomness)",
      models.fingerprint, recipe.models.map(\.description).joined(separator: "\n"),
    ].joined(separator: "\n")
  }
}
