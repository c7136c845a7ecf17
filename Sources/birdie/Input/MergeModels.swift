import Checkpoints
import Diagnostics
import Files
import Glibc
import Recipes

/// The models of a merge recipe, opened when they are asked for.
struct MergeModels {
  private let recipe: String
  private let leniency: Set<String>
  private var paths: [String: String] = [:]
  private var opened: [String: Checkpoint] = [:]
  private var stamps: [String: String] = [:]
  private var donors: [String: ModelReference] = [:]
  private var tokenizers: [String: MergeTokenizer] = [:]
  /// Where repositories are in the cache.
  private var pulled: [ModelReference.Location: String] = [:]

  /// The models of a recipe's file; `named` are words of the form name=path.
  init(recipe: String, named words: [String], leniency: Set<String>) {
    (self.recipe, self.leniency) = (recipe, leniency)
    for word in words {
      let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      paths[String(parts[0])] = String(parts[1])
    }
  }

  /// Pulls the repositories among the models of documents: what is neither another document's
  /// result nor a path. Throws M05 and W-rules.
  mutating func pull(_ recipes: [MergeRecipe], isShown: Bool) async throws(Rejection) {
    let names = Set(recipes.compactMap(\.name))
    var wanted: [ModelReference.Location] = []
    let models = recipes.flatMap { $0.models + $0.tokenizerModels }
    for model in models where !names.contains(model.description) {
      for location in [model.weights, model.adapter].compactMap(\.self) {
        let isPath = location.revision == nil && path(location.path) != nil
        guard !isPath, HubModels.isOne(location), !wanted.contains(location) else { continue }
        wanted.append(location)
      }
    }
    pulled = try await HubModels(isShown: isShown).folders(of: wanted)
  }

  /// The checkpoints of a document's models. Throws M05 and what opening throws.
  mutating func checkpoints(of recipe: MergeRecipe) throws(Rejection) -> [Checkpoint] {
    var checkpoints: [Checkpoint] = []
    for model in recipe.models { checkpoints.append(try checkpoint(model)) }
    return checkpoints
  }

  /// The files of statistics that a document names. Throws M05 and what opening throws.
  mutating func statistics(of recipe: MergeRecipe) throws(Rejection) -> [Checkpoint] {
    var checkpoints: [Checkpoint] = []
    for file in recipe.statistics {
      guard let path = path(file) else {
        throw Rejection(MergeRules.model, "there is no \(file)", at: Place(file: self.recipe))
      }
      checkpoints.append(try Checkpoint.open(path, leniency: leniency))
      stamps["statistics \(file)"] = Self.stamp(path)
    }
    return checkpoints
  }

  /// Makes the result of another document a model, with its donor's configuration and, where the
  /// document says nothing of it, its tokenizer.
  mutating func add(
    _ checkpoint: Checkpoint, of recipe: MergeRecipe, named model: ModelReference,
    tokenizer: MergeTokenizer?
  ) {
    opened[model.description] = checkpoint
    donors[model.description] = recipe.donor
    tokenizers[model.description] = tokenizer
  }

  /// The tokenizers that a document's result depends on. Throws M05 and M12.
  mutating func tokenizers(
    of recipe: MergeRecipe
  ) throws(Rejection) -> [ModelReference: MergeTokenizer] {
    var found: [ModelReference: MergeTokenizer] = [:]
    for model in recipe.tokenizerModels { found[model] = try tokenizer(model) }
    return found
  }

  /// The tokenizer of a model that is another document's result; nil where that is its donor's.
  func madeTokenizer(of model: ModelReference) -> MergeTokenizer? {
    guard let donor = donors[model.description] else { return nil }
    return tokenizers[model.description] ?? madeTokenizer(of: donor)
  }

  private mutating func tokenizer(_ model: ModelReference) throws(Rejection) -> MergeTokenizer {
    if let known = tokenizers[model.description] { return known }
    if let donor = donors[model.description] { return try tokenizer(donor) }
    _ = try path(of: model.weights)
    let folder = folder(of: model)
    let tokenizer = try MergeTokenizer(folder: folder)
    tokenizers[model.description] = tokenizer
    // Rows follow the tokens, which another file beside the weights may tell.
    stamps["tokenizer of \(model)"] = Self.stamp(folder)
    return tokenizer
  }

  /// Whether a model is open.
  func has(_ model: ModelReference) -> Bool { opened[model.description] != nil }

  private mutating func checkpoint(_ model: ModelReference) throws(Rejection) -> Checkpoint {
    if let known = opened[model.description] { return known }
    let path = try path(of: model.weights)
    var checkpoint = try Checkpoint.open(path, leniency: leniency)
    var stamp = Self.stamp(path)
    if let adapter = model.adapter {
      let path = try self.path(of: adapter)
      checkpoint = try checkpoint.applying(try LowRankAdapter.open(path))
      stamp += "+" + Self.stamp(path)
    }
    opened[model.description] = checkpoint
    stamps[model.description] = stamp
    return checkpoint
  }

  /// Where weights or an adapter are. Throws M05.
  private func path(of location: ModelReference.Location) throws(Rejection) -> String {
    if let folder = pulled[location] { return folder }
    guard location.revision == nil else {
      throw Rejection(
        MergeRules.model, "\(location): a path has no revisions; pull the one that is meant")
    }
    guard let path = path(location.path) else {
      throw Rejection(MergeRules.model, "there is no \(location)", at: Place(file: recipe))
    }
    return path
  }

  /// Where a model is: where the command line says, from the working folder, or from the recipe's.
  private func path(_ name: String) -> String? {
    [paths[name], name, folder + name].compactMap(\.self).first { access($0, R_OK) == 0 }
  }

  /// The recipe's folder, with a slash at its end; nothing for the working folder.
  private var folder: String { recipe.lastIndex(of: "/").map { String(recipe[...$0]) } ?? "" }

  /// A pattern of files, from the working folder or from the recipe's.
  func pattern(_ text: String) -> String {
    PathPattern.matches(of: text).isEmpty && !PathPattern.matches(of: folder + text).isEmpty
      ? folder + text : text
  }

  /// The folder that a model's configuration lies in.
  func folder(of model: ModelReference) -> String {
    if let donor = donors[model.description] { return folder(of: donor) }
    guard let path = pulled[model.weights] ?? path(model.weights.path) else { return "." }
    return OutputFormat.folder(of: path)
  }

  /// What tells whether the files are still the same.
  var fingerprint: String {
    stamps.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }.joined(separator: "\n")
  }

  private static func stamp(_ path: String) -> String {
    let names = FolderContent.names(in: path)?.sorted().map { "\(path)/\($0)" } ?? [path]
    return names.map { name in
      var status = stat()
      stat(name, &status)
      return "\(name) \(status.st_size) \(status.st_mtim.tv_sec).\(status.st_mtim.tv_nsec)"
    }.joined(separator: ",")
  }

  /// The text of a recipe. Throws F01.
  static func text(_ path: String) throws(Rejection) -> String {
    let file = try FileMapping(path: path)
    return file.bytes.withUnsafeBytes { String(decoding: $0, as: UTF8.self) }
  }
}
