import Diagnostics
import Merging
import TensorCore
import Testing
import YAML

@testable import Recipes

/// Models that exist in tests only, and the plans that recipes make of them.
enum MergeWorld {
  private typealias Tensors = [String: (dtype: DType, shape: Shape)]

  /// What the recipes of the tests may name.
  private static let models: [String: MergeModel] = [
    "a": model(), "b": model(), "c": model(), "base": model(), "half": model(.f16),
    "brain": model(.bf16), "double": model(.f64), "short": model(layers: 2),
    "wide": model(hidden: 6), "tied": model { $0["lm_head.weight"] = nil },
    "lacking": model { $0["model.layers.1.mlp.up_proj.weight"] = nil },
    "counting": model { $0["model.steps"] = (.i64, .vector(1)) },
    "counting-too": model { $0["model.steps"] = (.i64, .vector(1)) },
    "tied-too": model { $0["lm_head.weight"] = nil },
    "counting-more": model { $0["model.steps"] = (.i64, .vector(2)) },
    "counting-less": model { $0["model.steps"] = (.i32, .vector(1)) },
  ]

  /// What the recipes of the tests may know of models.
  private static let statistics: [String: MergeModel] = [
    "moments": moments(4), "narrow": moments(5), "nothing": MergeModel([:]),
    "wide": model(hidden: 6), "base": model(),
  ]

  private static func moments(_ width: Int) -> MergeModel {
    var tensors: Tensors = [:]
    for name in ["lm_head.weight"] + (0..<4).map({ "model.layers.\($0).mlp.up_proj.weight" }) {
      tensors["\(name).second_moment"] = (.f64, Shape([width, width]) ?? .scalar)
      tensors["\(name).count"] = (.i64, .scalar)
    }
    return MergeModel(tensors)
  }

  private static func model(
    _ dtype: DType = .f32, layers: Int = 4, hidden: Int = 4,
    _ change: (inout Tensors) -> Void = { _ in }
  ) -> MergeModel {
    var tensors: Tensors = [:]
    let matrix = Shape([8, hidden]) ?? .scalar
    for name in ["model.embed_tokens", "lm_head"] { tensors["\(name).weight"] = (dtype, matrix) }
    tensors["model.norm.weight"] = (dtype, .vector(hidden))
    for layer in 0..<layers {
      let prefix = "model.layers.\(layer)"
      tensors["\(prefix).mlp.up_proj.weight"] = (dtype, matrix)
      tensors["\(prefix).input_layernorm.weight"] = (dtype, .vector(hidden))
    }
    change(&tensors)
    return MergeModel(tensors)
  }

  /// Reads a recipe of one document.
  static func recipe(_ text: String, isRaw: Bool = false) throws(Rejection) -> MergeRecipe {
    try MergeRecipe(YAMLDocument(text, under: MergeRules.malformed).root, isRaw: isRaw)
  }

  /// Plans a recipe of one document; models that are not listed above are as `a` is.
  static func plan(_ text: String, raw: RawNames? = nil) throws(Rejection) -> MergePlan {
    let recipe = try recipe(text, isRaw: raw != nil)
    return try recipe.plan(
      recipe.models.map { models[$0.weights.path] ?? model() },
      statistics: recipe.statistics.map { statistics[$0] ?? model() }, raw: raw)
  }
}

extension MergePlan {
  /// The tensor of a name.
  func item(_ name: String) throws -> Item { try #require(items.first { $0.name == name }) }

  /// The number that each input of a tensor has for a parameter, by the names of the models.
  func numbers(_ key: String, _ name: String) throws -> [String: Double] {
    guard case .merged(let inputs, _, _, _) = try item(name).making else { return [:] }
    return Dictionary(
      uniqueKeysWithValues: inputs.compactMap { input in
        guard case .number(let value) = input.values[key] else { return nil }
        return (models[input.origin.model].weights.path, value)
      })
  }

  /// What a tensor's shared parameter is.
  func shared(_ key: String, _ name: String) throws -> MergeValue? {
    guard case .merged(_, _, let shared, _) = try item(name).making else { return nil }
    return shared[key]
  }

  /// The models of a tensor's inputs in order, and the base's place among them.
  func inputs(_ name: String) throws -> (models: [String], base: Int?) {
    switch try item(name).making {
    case .copied(let origin): return ([models[origin.model].weights.path], nil)
    case .merged(let inputs, let base, _, _):
      return (inputs.map { models[$0.origin.model].weights.path }, base)
    }
  }
}
