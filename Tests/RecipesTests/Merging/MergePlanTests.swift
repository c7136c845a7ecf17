import Diagnostics
import Merging
import TensorCore
import Testing

@testable import Recipes

/// What mergekit's recipes are known to be misread by, as far as a plan shows it.
struct MergePlanTests {
  private static let up = "mlp.up_proj.weight"

  private static func layer(_ number: Int, _ suffix: String = up) -> String {
    "model.layers.\(number).\(suffix)"
  }

  // MARK: Filters and precedence

  @Test func `the first filter that a name contains counts, and none leads to the next level`()
    throws
  {
    let plan = try MergeWorld.plan(
      """
      merge_method: linear
      parameters: {weight: 9}
      models:
        - model: a
          parameters:
            weight:
              - {filter: up_proj, value: 1}
              - {filter: mlp, value: 2}
              - {filter: layers.1.input, value: 3}
        - {model: b, parameters: {weight: {filter: norm, value: 4}}}
      """)
    #expect(try plan.numbers("weight", Self.layer(0)) == ["a": 1, "b": 9])
    #expect(
      try plan.numbers("weight", Self.layer(1, "input_layernorm.weight")) == ["a": 3, "b": 4])
    #expect(
      try plan.numbers("weight", Self.layer(2, "input_layernorm.weight")) == ["a": 9, "b": 4])
    #expect(try plan.numbers("weight", "model.norm.weight") == ["a": 9, "b": 4])
  }

  @Test(arguments: ["\"*\"", "\"\"", "~"])
  func `a star and nothing are filters for all`(filter: String) throws {
    let plan = try MergeWorld.plan(
      "merge_method: linear\nmodels: [{model: a}]\n"
        + "parameters: {weight: [{filter: \(filter), value: 1}, {value: 2}]}")
    #expect(try plan.numbers("weight", Self.layer(0)) == ["a": 1])
  }

  @Test func `a filter is a text and no pattern`() throws {
    let plan = try MergeWorld.plan(
      """
      merge_method: linear
      models: [{model: a}]
      parameters: {weight: [{filter: "*mlp*", value: 1}, {filter: "mlp.*", value: 2}, {value: 3}]}
      """)
    #expect(try plan.numbers("weight", Self.layer(0)) == ["a": 3])
  }

  @Test func `inputs are filtered by their own layers, the result by its own`() throws {
    let plan = try MergeWorld.plan(
      """
      merge_method: linear
      slices:
        - sources:
            - {model: a, layer_range: [0, 1], parameters: {weight: 1}}
        - sources:
            - model: b
              layer_range: [3, 4]
              parameters: {weight: [{filter: layers.3., value: 5}, {value: 6}]}
      parameters: {normalize: [{filter: layers.1., value: false}, {value: true}]}
      """)
    #expect(try plan.numbers("weight", Self.layer(1)) == ["b": 5])
    #expect(try plan.shared("normalize", Self.layer(1)) == .flag(false))
    #expect(try plan.shared("normalize", Self.layer(0)) == .flag(true))
  }

  @Test func `the input comes before the slice, the slice before the recipe`() throws {
    let plan = try MergeWorld.plan(
      """
      merge_method: linear
      slices:
        - sources:
            - {model: a, layer_range: [0, 2], parameters: {weight: 1}}
            - {model: b, layer_range: [0, 2]}
          parameters: {weight: 2}
        - sources:
            - {model: a, layer_range: [2, 4]}
            - {model: b, layer_range: [2, 4], parameters: {weight: ~}}
      parameters: {weight: 3}
      """)
    #expect(try plan.numbers("weight", Self.layer(0)) == ["a": 1, "b": 2])
    #expect(try plan.numbers("weight", Self.layer(2)) == ["a": 3, "b": 3])
  }

  @Test func `what a module says comes before the recipe and behind the slice`() throws {
    let plan = try MergeWorld.plan(
      """
      merge_method: linear
      modules:
        default:
          slices:
            - sources: [{model: a, layer_range: [0, 1]}]
              parameters: {weight: {filter: mlp, value: 1}}
          parameters: {weight: 2}
      parameters: {weight: 3, normalize: false}
      """)
    #expect(try plan.numbers("weight", Self.layer(0)) == ["a": 1])
  }

  @Test func `a module comes before the recipe`() throws {
    let plan = try MergeWorld.plan(
      """
      merge_method: linear
      modules: {default: {models: [{model: a}], parameters: {weight: 2}}}
      parameters: {weight: 3, normalize: false}
      """)
    #expect(try plan.numbers("weight", "model.norm.weight") == ["a": 2])
    #expect(try plan.shared("normalize", "model.norm.weight") == .flag(false))
  }

  @Test func `where a slice's filters admit nothing the module is asked`() throws {
    let plan = try MergeWorld.plan(
      """
      merge_method: linear
      modules:
        default:
          slices:
            - sources: [{model: a, layer_range: [0, 1]}]
              parameters: {weight: {filter: mlp, value: 1}}
          parameters: {weight: {filter: norm, value: 2}}
      parameters: {weight: 3}
      """)
    #expect(try plan.numbers("weight", Self.layer(0)) == ["a": 1])
    #expect(try plan.numbers("weight", "model.norm.weight") == ["a": 2])
    #expect(try plan.numbers("weight", "model.embed_tokens.weight") == ["a": 3])
  }

  // MARK: Gradients

  @Test func `a gradient goes along the layers of the slice`() throws {
    let plan = try MergeWorld.plan(
      """
      merge_method: linear
      slices:
        - sources: [{model: a, layer_range: [0, 3], parameters: {weight: [0, 1, 5]}}]
        - sources: [{model: a, layer_range: [1, 4], parameters: {weight: [2, 4]}}]
      """)
    let weights = try (0..<6).map { try plan.numbers("weight", Self.layer($0))["a"] }
    #expect(weights == [0, 1, 5, 2, 3, 4])
    #expect(plan.layerCount == 6)
  }

  @Test func `both ends take the first anchor, a single layer the last`() throws {
    let plan = try MergeWorld.plan(
      """
      merge_method: linear
      slices: [{sources: [{model: a, layer_range: [2, 3], parameters: {weight: [1, 2, 4]}}]}]
      """)
    #expect(try plan.numbers("weight", Self.layer(0)) == ["a": 4])
    for name in ["model.embed_tokens.weight", "model.norm.weight", "lm_head.weight"] {
      #expect(try plan.numbers("weight", name) == ["a": 1])
    }
  }

  @Test func `an anchor between two layers is reached from both sides`() throws {
    let plan = try MergeWorld.plan(
      "merge_method: linear\nmodels: [{model: a}]\nparameters: {weight: [0, 3, 0]}")
    let weights = try (0..<4).map { try plan.numbers("weight", Self.layer($0))["a"] ?? -1 }
    #expect(weights[0] == 0 && abs(weights[1] - 2) < 1e-12)
    #expect(abs(weights[2] - 2) < 1e-12 && weights[3] == 0)
  }

  @Test func `truth values are chosen and not mixed`() throws {
    let plan = try MergeWorld.plan(
      "merge_method: linear\nmodels: [{model: a}]\n"
        + "parameters: {weight: 1, normalize: [yes, no, on]}")
    let flags = try (0..<4).map { try plan.shared("normalize", Self.layer($0)) }
    #expect(flags == [.flag(true), .flag(true), .flag(false), .flag(true)])
  }

  // MARK: The base

  @Test func `a base that is not listed stands behind the models`() throws {
    let plan = try MergeWorld.plan(
      "merge_method: linear\nbase_model: base\nmodels: [{model: a}, {model: b}]\n"
        + "parameters: {weight: 1}")
    let inputs = try plan.inputs(Self.layer(0))
    #expect(inputs.models == ["a", "b", "base"] && inputs.base == 2)
  }

  @Test func `a base that is listed stays where it is`() throws {
    let plan = try MergeWorld.plan(
      "merge_method: ties\nbase_model: base\nmodels: [{model: base}, {model: b}]\n"
        + "parameters: {weight: 1}")
    let inputs = try plan.inputs(Self.layer(0))
    #expect(inputs.models == ["base", "b"] && inputs.base == 0)
  }

  @Test func `slices have the base only where they list it`() throws {
    let plan = try MergeWorld.plan(
      """
      merge_method: linear
      base_model: base
      slices: [{sources: [{model: a}, {model: b}]}]
      parameters: {weight: 1}
      """)
    let inputs = try plan.inputs(Self.layer(0))
    #expect(inputs.models == ["a", "b"] && inputs.base == nil)
  }

  @Test func `a slice may have a base of its own`() throws {
    let plan = try MergeWorld.plan(
      """
      merge_method: ties
      base_model: a
      slices:
        - sources: [{model: a, layer_range: [0, 1]}, {model: b, layer_range: [0, 1]}]
        - sources: [{model: a, layer_range: [1, 2]}, {model: b, layer_range: [1, 2]}]
          base_model: b
      parameters: {weight: 1}
      """)
    #expect(try plan.inputs(Self.layer(0)).base == 0)
    #expect(try plan.inputs(Self.layer(1)).base == 1)
  }

  @Test func `differences need no weight for the base`() throws {
    let plan = try MergeWorld.plan(
      "merge_method: ties\nbase_model: base\nmodels: [{model: a, parameters: {weight: 1}}]")
    #expect(try plan.numbers("weight", Self.layer(0)) == ["a": 1])
  }

  @Test func `passing through takes a base that is its only model`() throws {
    let plan = try MergeWorld.plan(
      "merge_method: passthrough\nbase_model: a\nmodels: [{model: a}]")
    #expect(try plan.inputs(Self.layer(0)).models == ["a"])
  }

  @Test func `the base is the donor, and without one the first model`() throws {
    let models = "models: [{model: b}, {model: a}]\nparameters: {weight: 1}\n"
    let text = "merge_method: linear\n" + models
    #expect(try MergeWorld.recipe(text).donor.weights.path == "b")
    #expect(try MergeWorld.recipe(text + "base_model: base").donor.weights.path == "base")
    for (source, path) in [("base", "b"), ("union", "b"), ("a", "a")] {
      let recipe = try MergeWorld.recipe(text + "tokenizer_source: \(source)")
      #expect(recipe.tokenizerModel.weights.path == path)
    }
  }

  // MARK: Slices

  @Test func `what comes before the layers is the first slice's, what comes after the last's`()
    throws
  {
    let plan = try MergeWorld.plan(
      """
      merge_method: linear
      slices:
        - sources: [{model: a, layer_range: [0, 2]}]
        - sources: [{model: b, layer_range: [1, 4]}, {model: c, layer_range: [1, 4]}]
      parameters: {weight: 1}
      """)
    #expect(try plan.inputs("model.embed_tokens.weight").models == ["a"])
    // As many as the first slice has.
    #expect(try plan.inputs("model.norm.weight").models == ["b"])
    #expect(try plan.inputs(Self.layer(4)).models == ["b", "c"])
    #expect(plan.layerCount == 5)
  }

  @Test func `a residual weight is read and means nothing`() throws {
    let slice = "{sources: [{model: a, layer_range: [0, 1]}]"
    let plain = try MergeWorld.plan("merge_method: passthrough\nslices: [\(slice)}]")
    let weighted = try MergeWorld.plan(
      "merge_method: passthrough\nslices: [\(slice), residual_weight: 0.5}]")
    #expect(plain.items.map(\.name) == weighted.items.map(\.name))
  }

  @Test func `tensors stand in the order of their names' bytes`() throws {
    let slices = (0..<3).map { _ in "{sources: [{model: a}]}" }.joined(separator: ", ")
    let plan = try MergeWorld.plan("merge_method: passthrough\nslices: [\(slices)]")
    let names = plan.items.map(\.name)
    let ten = try #require(names.firstIndex(of: Self.layer(10)))
    let two = try #require(names.firstIndex(of: Self.layer(2)))
    #expect(ten < two && plan.layerCount == 12)
  }
}
