internal import Diagnostics
internal import JSON
internal import Merging
internal import Quantization
internal import Recipes
internal import TensorCore
internal import TensorOps
internal import YAML

extension FuzzEntry {
  /// Reads a recipe as `merge` and `quantize --recipe` do.
  static func readRecipe(_ bytes: RawSpan) {
    planMerges(bytes)
    readQuantization(bytes)
  }

  /// Reads recipes as `merge` does, and plans them for small models: whatever is planned has tensors
  /// of the models, in the order of their names, each once.
  private static func planMerges(_ bytes: RawSpan) {
    let text = bytes.withUnsafeBytes { String(decoding: $0, as: UTF8.self) }
    guard let documents = try? YAMLDocument.all(text, under: MergeRules.malformed) else { return }
    for (root, names) in documents.prefix(3).flatMap({ document in
      [(document.root, nil), (document.root, RawNames.union)]
    }) {
      guard let recipe = try? MergeRecipe(root, isRaw: names != nil), recipe.models.count < 8 else {
        continue
      }
      let models = recipe.models.indices.map(smallModel)
      let statistics = recipe.statistics.indices.map(smallModel)
      guard let plan = try? recipe.plan(models, statistics: statistics, raw: names) else {
        continue
      }
      let order = plan.items.map(\.name)
      precondition(
        Swift.zip(order, order.dropFirst()).allSatisfy {
          $0.utf8.lexicographicallyPrecedes($1.utf8)
        },
        "names are not in order")
      for case .merged(let inputs, let base, _, _) in plan.items.map(\.making) {
        precondition(base.map(inputs.indices.contains) ?? true, "the base is no input")
        for origin in inputs.map(\.origin) {
          precondition(models[origin.model].tensors[origin.name] != nil, "there is no such tensor")
        }
      }
    }
  }

  /// Models of two or three layers; each second one has no head, and a bias that others have not.
  private static func smallModel(_ place: Int) -> MergeModel {
    var names = ["model.embed_tokens.weight", "model.norm.weight"]
    for layer in 0..<(place == 3 ? 3 : 2) {
      names += ["mlp.up_proj.weight", "self_attn.q_proj.weight"].map {
        "model.layers.\(layer).\($0)"
      }
      if place % 2 == 1 { names.append("model.layers.\(layer).self_attn.q_proj.bias") }
    }
    if place % 2 == 0 { names.append("lm_head.weight") }
    guard let shape = Shape([4, 2]) else { preconditionFailure("it is a shape") }
    let dtype: DType = place == 2 ? .f16 : .bf16
    return MergeModel(
      Dictionary(names.map { ($0, (dtype, shape)) }, uniquingKeysWith: { first, _ in first }))
  }

  /// Reads a recipe as `quantize --recipe` does, makes its methods, and lets each of them quantize a
  /// small weight: options that are taken must do.
  private static func readQuantization(_ bytes: RawSpan) {
    guard let document = try? YAMLDocument(parsing: bytes, under: RecipeRules.malformed) else {
      return
    }
    guard let recipe = try? QuantizationRecipe(document.json) else { return }
    // The artifact notes the recipe that ran, so that it can be run again.
    guard let noted = try? JSONValue(parsing: recipe.json.encoded().span.bytes),
      let again = try? QuantizationRecipe(noted)
    else { preconditionFailure("what was noted is no recipe") }
    precondition(again.json == recipe.json, "what was noted is another recipe")
    // As many as a few milliseconds are enough for.
    for entry in recipe.entries.prefix(4) {
      guard let type = QuantizationMethods.all.first(where: { $0.id == entry.method }),
        var options = try? OptionReader(entry.options, for: type),
        let method = try? type.init(&options), let weight = try? smallWeight()
      else { continue }
      guard let decoded = try? method.quantize(weight, step: 1).decoded() else { continue }
      precondition(decoded.shape == weight.shape, "\(entry.method) gives another shape")
      precondition(decoded.floats.allSatisfy(\.isFinite), "\(entry.method) is not finite")
    }
  }

  private static func smallWeight() throws(Rejection) -> Weight {
    let moment = Matrix([4, 1, 0, 1, 2, 0, 0, 0, 0], rowCount: 3, columnCount: 3)
    return try Weight(
      name: "w", rows: 2, columns: 3, elements: [0.5, -0.25, 0.1, -0.3, 0, 1.5],
      input: InputStatistics(secondMoment: moment, rowCount: 4))
  }
}
