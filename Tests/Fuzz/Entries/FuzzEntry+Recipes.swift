internal import Diagnostics
internal import JSON
internal import Quantization
internal import Recipes
internal import TensorCore
internal import TensorOps
internal import YAML

extension FuzzEntry {
  /// Reads a recipe as `quantize --recipe` does, makes its methods, and lets each of them quantize a
  /// small weight: options that are taken must do.
  static func readRecipe(_ bytes: RawSpan) {
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
