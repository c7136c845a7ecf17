import Diagnostics
import Merging
import TensorCore
import Testing

@testable import Recipes

/// What names of tensors mean, and what becomes of those that some models lack.
struct MergeNamesTests {
  private static let mean = """
    merge_method: linear
    models: [{model: a}, {model: b}]
    parameters: {weight: 1}
    """

  private func model(_ names: [String], _ dtype: DType = .f32) -> MergeModel {
    MergeModel(Dictionary(uniqueKeysWithValues: names.map { ($0, (dtype, .vector(4))) }))
  }

  private func names(_ prefix: String, _ count: Int) -> [String] {
    (0..<count).map { "\(prefix).\($0).attn.c_attn.weight" }
  }

  @Test func `a prefix that some files leave out is in the names of all layers of the result`()
    throws
  {
    let recipe = try MergeWorld.recipe(
      """
      merge_method: passthrough
      slices:
        - sources: [{model: a, layer_range: [0, 2]}]
        - sources: [{model: b, layer_range: [0, 3]}]
      """)
    let whole = model(["transformer.wte.weight"] + names("transformer.h", 2))
    let short = model(["wte.weight"] + names("h", 3))
    let plan = try recipe.plan([whole, short])
    #expect(plan.items.map(\.name) == names("transformer.h", 5) + ["transformer.wte.weight"])
  }

  @Test func `two names of one meaning in one model are an error, and none is lost`() throws {
    let text = "{merge_method: passthrough, models: [{model: a}]}"
    let twice = model(["wte.weight", "transformer.wte.weight"])
    let error = #expect(throws: Rejection.self) {
      try MergeWorld.recipe(text).plan([twice])
    }
    #expect(error?.rule.id == "M06")
    #expect(error?.message.contains("transformer.wte.weight and wte.weight") == true)
    #expect(try MergeWorld.recipe(text, isRaw: true).plan([twice], raw: .same).items.count == 2)
  }

  @Test(arguments: [
    "model.layers.0.self_attn.rotary_emb.inv_freq", "transformer.h.0.attn.bias",
    "h.0.attn.masked_bias",
  ])
  func `what follows from the sizes of a model may be missing`(name: String) throws {
    let place = try #require(name.firstRange(of: ".0."))
    let weight = name[..<place.upperBound] + "weight"
    let models = [model([String(weight), name]), model([String(weight)])]
    let plan = try MergeWorld.recipe(Self.mean).plan(models)
    #expect(plan.items.map(\.name) == [String(weight)])
    let all = try MergeWorld.recipe(Self.mean).plan([models[0], models[0]])
    #expect(all.items.count == 2)
  }

  @Test(arguments: ["model.layers.0.self_attn.bias", "blocks.0.attn.bias"])
  func `a bias of another model is no such thing`(name: String) throws {
    let error = #expect(throws: Rejection.self) {
      try MergeWorld.recipe(Self.mean).plan([model(["w", name]), model(["w"])])
    }
    #expect(error?.rule.id == "M06")
  }

  @Test(arguments: [DType.f32, .i64, .bool])
  func `a tensor that a model lacks is an error, whatever its type`(dtype: DType) throws {
    let more = MergeModel(["w": (.f32, .vector(4)), "steps": (dtype, .vector(1))])
    let error = #expect(throws: Rejection.self) {
      try MergeWorld.recipe(Self.mean).plan([model(["w"]), more])
    }
    #expect(error?.rule.id == "M06")
    #expect(error?.message.contains("a has no steps") == true)
  }

  @Test func `the language models of the challenge have layers`() throws {
    let recipe = try MergeWorld.recipe(
      """
      merge_method: passthrough
      slices: [{sources: [{model: a, layer_range: [1, 2]}]}]
      """)
    let golf = model(
      ["tok_emb.weight", "blocks.0.attn.c_q.weight", "blocks.1.attn.c_q.weight"])
    let plan = try recipe.plan([golf])
    #expect(plan.items.map(\.name) == ["blocks.0.attn.c_q.weight", "tok_emb.weight"])
    #expect(plan.layerCount == 1)
  }

  @Test(arguments: [
    ("[0, 1], [1, 2]", true), ("[0, 2]", true), ("[1, 2]", false), ("[0, 1]", false),
    ("[1, 2], [0, 1]", false), ("[0, 2], [0, 2]", false),
  ])
  func `what has a part for each layer takes all layers at their places`(
    ranges: String, isWhole: Bool
  ) throws {
    let slices = ranges.split(separator: "], ").map {
      "{sources: [{model: a, layer_range: \($0.hasSuffix("]") ? $0 : $0 + "]")}]}"
    }
    let recipe = try MergeWorld.recipe(
      "merge_method: passthrough\nslices: [\(slices.joined(separator: ", "))]")
    let golf = model(
      ["skip_weights", "blocks.0.attn.c_q.weight", "blocks.1.attn.c_q.weight"])
    guard !isWhole else {
      #expect(try recipe.plan([golf]).items.count == 3)
      return
    }
    let error = #expect(throws: Rejection.self) { try recipe.plan([golf]) }
    #expect(error?.rule.id == "M06" && error?.message.contains("skip_weights") == true)
  }

  @Test func `in raw mode names are nothing but names`() throws {
    let recipe = try MergeWorld.recipe(Self.mean, isRaw: true)
    let models = [model(["module.0.w", "blocks.1.w"]), model(["0.w", "blocks.1.w"])]
    #expect(try recipe.plan(models, raw: .union).items.count == 3)
    #expect(try recipe.plan(models, raw: .intersection).items.map(\.name) == ["blocks.1.w"])
  }
}
