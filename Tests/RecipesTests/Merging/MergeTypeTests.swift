import Diagnostics
import Merging
import TensorCore
import Testing

@testable import Recipes

/// The types that tensors are computed in and written as, and what some models lack.
struct MergeTypeTests {
  private static let name = "model.layers.0.mlp.up_proj.weight"

  private func types(_ text: String) throws -> (computed: DType?, written: DType) {
    let item = try MergeWorld.plan(text).item(Self.name)
    guard case .merged(_, _, _, let dtype) = item.making else { return (nil, item.dtype) }
    return (dtype, item.dtype)
  }

  @Test(arguments: [
    ("a", "b", DType.f32), ("half", "brain", .f32), ("half", "half", .f16),
    ("brain", "brain", .bf16), ("half", "a", .f32), ("double", "half", .f64),
    ("brain", "double", .f64),
  ])
  func `types become what torch makes of them`(first: String, second: String, type: DType) throws {
    let models = Set([first, second]).sorted().map { "{model: \($0)}" }.joined(separator: ", ")
    let types = try types("merge_method: linear\nmodels: [\(models)]\nparameters: {weight: 1}")
    #expect(types.computed == type && types.written == type)
  }

  @Test func `a recipe says in which type is computed and which is written`() throws {
    let text = "merge_method: linear\nmodels: [{model: half}]\nparameters: {weight: 1}\n"
    #expect(try types(text + "dtype: float32") == (.f32, .f32))
    #expect(try types(text + "dtype: torch.float32\nout_dtype: bfloat16") == (.f32, .bf16))
    #expect(try types(text + "out_dtype: float64") == (.f16, .f64))
  }

  @Test(arguments: ["arcee_fusion", "ramplus_tl"])
  func `some methods give float32 for 16 bits`(method: String) throws {
    let text = "merge_method: \(method)\nbase_model: brain\nmodels: [{model: brain}, {model: x}]\n"
    let recipe = try MergeWorld.recipe(text)
    let model = MergeModel([Self.name: (.bf16, .vector(4))])
    let item = try recipe.plan([model, model]).item(Self.name)
    #expect(item.dtype == .f32)
    let told = try MergeWorld.recipe(text + "out_dtype: bfloat16").plan([model, model])
    #expect(try told.item(Self.name).dtype == .bf16)
  }

  @Test func `whole numbers are copied where type and shape agree, whatever the type is`() throws {
    let plan = try MergeWorld.plan(
      """
      merge_method: linear
      models: [{model: counting}, {model: counting-too}]
      parameters: {weight: 1}
      dtype: float16
      """)
    let item = try plan.item("model.steps")
    guard case .copied(let origin) = item.making else { throw Unexpected() }
    #expect(item.dtype == .i64 && origin == .init(model: 0, name: "model.steps"))
  }

  private struct Unexpected: Error {}

  // MARK: Absence

  @Test(arguments: ["slerp", "nuslerp", "arcee_fusion"])
  func `a head that no model has is none`(method: String) throws {
    let values = ["slerp": "{t: 0.5}", "nuslerp": "{weight: 1}"][method] ?? "{}"
    let base = method == "nuslerp" ? "" : "base_model: tied\n"
    let plan = try MergeWorld.plan(
      "merge_method: \(method)\n\(base)models: [{model: tied}, {model: tied-too}]\n"
        + "parameters: \(values)")
    #expect(!plan.items.contains { $0.name == "lm_head.weight" })
  }

  @Test(arguments: [
    ("linear", "parameters: {weight: 1}"), ("ties", "base_model: a\nparameters: {weight: 1}"),
    ("slerp", "base_model: a\nparameters: {t: 0.5}"),
  ])
  func `a head that is tied in one model is its embedding there`(
    method: String, rest: String
  ) throws {
    let plan = try MergeWorld.plan(
      "merge_method: \(method)\nmodels: [{model: a}, {model: tied}]\n\(rest)")
    guard case .merged(let inputs, _, _, _) = try plan.item("lm_head.weight").making else {
      throw Unexpected()
    }
    #expect(inputs.map(\.origin.name) == ["lm_head.weight", "model.embed_tokens.weight"])
  }

  /// A bias that only the first or the second model has.
  private func biased(
    _ method: String, _ rest: String, having: Int
  ) throws -> MergePlan.Item? {
    let bias = "model.layers.0.self_attn.q_proj.bias"
    let recipe = try MergeWorld.recipe(
      "merge_method: \(method)\nmodels: [{model: x}, {model: y}]\nbase_model: x\n\(rest)")
    let models = recipe.models.indices.map { index -> MergeModel in
      let weight = (dtype: DType.f32, shape: Shape.vector(4))
      return MergeModel(index == having ? [Self.name: weight, bias: weight] : [Self.name: weight])
    }
    return try recipe.plan(models).items.first { $0.name == bias }
  }

  @Test(arguments: [("slerp", "parameters: {t: 0.5}"), ("arcee_fusion", "")])
  func `the only bias passes through`(method: String, rest: String) throws {
    for index in 0..<2 {
      guard case .copied(let origin)? = try biased(method, rest, having: index)?.making else {
        throw Unexpected()
      }
      #expect(origin.model == index)
    }
  }

  @Test func `swapping what is near passes only the base's`() throws {
    let values = "parameters: {t: 0.5}"
    guard case .copied? = try biased("nearswap", values, having: 0)?.making else {
      throw Unexpected()
    }
    let error = #expect(throws: Rejection.self) { try biased("nearswap", values, having: 1) }
    #expect(error?.rule.id == "M06")
  }

  // MARK: Raw mode

  @Test func `files have no layers, and gradients begin`() throws {
    let plan = try MergeWorld.plan(
      "merge_method: linear\nmodels: [{model: a}]\nparameters: {weight: [3, 7]}", raw: .same)
    #expect(try plan.numbers("weight", "model.layers.3.mlp.up_proj.weight") == ["a": 3])
    #expect(plan.layerCount == nil)
  }

  @Test(arguments: [(RawNames.intersection, false), (.union, true)])
  func `names that differ are left out or taken`(names: RawNames, isThere: Bool) throws {
    let plan = try MergeWorld.plan(
      "merge_method: linear\nmodels: [{model: a}, {model: tied}]\nparameters: {weight: 1}",
      raw: names)
    #expect(plan.items.contains { $0.name == "lm_head.weight" } == isThere)
  }

  @Test(arguments: ["", "\n  "])
  func `names come from a base that is listed, on whatever line`(space: String) throws {
    let text =
      "merge_method: ties\nbase_model: counting\nparameters: {weight: 1}\n"
      + "models:\(space) [{model: a}"
    let error = #expect(throws: Rejection.self) {
      try MergeWorld.plan(text + ", {model: counting}]", raw: .same)
    }
    #expect(error?.rule.id == "M06")
    let plan = try MergeWorld.plan(text + "]", raw: .same)
    #expect(!plan.items.contains { $0.name == "model.steps" })
  }
}
