import Checkpoints
import Diagnostics
import JSON
import TensorCore
import TestSupport
import Testing
import YAML

@testable import Recipes

/// A merge of the fixtures' models with different vocabularies.
struct VocabularyWorld {
  let recipe: MergeRecipe
  let tokenizers: [ModelReference: MergeTokenizer]
  let run: MergeRun
  let checkpoint: Checkpoint

  private static let folder = "merging/tokenizers/"

  /// Carries a recipe of the fixtures out.
  init(recipe name: String) throws {
    let bytes = try Fixtures.bytes("\(Self.folder)recipes/\(name).yml")
    try self.init(text: String(decoding: bytes, as: UTF8.self))
  }

  /// Carries a recipe out; models are those of a folder.
  init(text: String, models: String = Fixtures.path(folder + "models")) throws {
    recipe = try MergeRecipe(YAMLDocument(text, under: MergeRules.malformed).root)
    var tokenizers: [ModelReference: MergeTokenizer] = [:]
    for model in recipe.tokenizerModels {
      tokenizers[model] = try MergeTokenizer(folder: "\(models)/\(model.weights.path)")
    }
    let checkpoints = try recipe.models.map { model in
      try Checkpoint.open("\(models)/\(model.weights.path)/model.safetensors")
    }
    self.tokenizers = tokenizers
    run = try MergeRun(recipe, checkpoints, .keyed(seed: 0), tokenizers: tokenizers)
    checkpoint = try run.checkpoint()
  }

  /// What mergekit made of a recipe.
  static func golden(_ name: String) throws -> JSONValue {
    try JSONValue(parsing: Fixtures.bytes("\(folder)recipes/\(name).json"))
  }

  /// The files beside the weights.
  func companions() throws -> [(name: String, content: [UInt8])] {
    try MergeCompanions(
      recipe, run.plan, donor: Fixtures.path("\(Self.folder)models/\(recipe.donor.weights.path)"),
      tokenizer: run.tokenizer(recipe, tokenizers), source: ""
    ).files
  }
}

extension NamedTensor {
  /// The bytes of each row.
  func rows() throws -> [[UInt8]] {
    var bytes: [UInt8] = []
    try content.forEachChunk { bytes += $0.copied() }
    let count = shape.dimensions.first ?? 1
    let width = bytes.count / max(count, 1)
    return (0..<count).map { Array(bytes[($0 * width)..<(($0 + 1) * width)]) }
  }
}
