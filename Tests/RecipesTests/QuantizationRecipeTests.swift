import Diagnostics
import JSON
import Recipes
import Testing
import YAML

struct QuantizationRecipeTests {
  private func recipe(_ text: String) throws(Rejection) -> QuantizationRecipe {
    try QuantizationRecipe(try YAMLDocument(text, under: RecipeRules.malformed).json)
  }

  @Test func `a recipe has a method for all and others for some`() throws {
    let recipe = try recipe(
      """
      method: trellis
      states: 64
      tensors:
        - {match: "*.mlp.*", method: gptq, bits: 5, activation_order: false}
        - match: tok_emb.weight
          method: keep
      """)
    #expect(recipe.entries.map(\.pattern) == ["*", "*.mlp.*", "tok_emb.weight"])
    #expect(recipe.entries.map(\.method) == ["trellis", "gptq", "keep"])
    #expect(recipe.entries[0].options.map(\.value) == [.integer(64)])
    #expect(recipe.entries[1].options.map(\.value) == [.integer(5), .bool(false)])
  }

  @Test func `what a recipe says comes back from what an artifact notes of it`() throws {
    let recipe = try recipe("method: gptq\nsmall: f16\ntensors: [{match: a, method: rtn, bits: 4}]")
    #expect(recipe.small == .f16)
    let again = try QuantizationRecipe(recipe.json)
    #expect(again.json == recipe.json)
  }

  @Test func `a recipe mends the largest errors, and an artifact notes it`() throws {
    let recipe = try recipe("method: gptq\nresidual: {top: 3, rank: 4}")
    #expect(recipe.entries[0].options.isEmpty)
    #expect(recipe.residual == .init(top: 3, rank: 4))
    #expect(try QuantizationRecipe(recipe.json).residual == recipe.residual)
  }

  @Test(arguments: [
    ("residual: 3", "R01"), ("residual: {top: 3, ranks: 4}", "R02"), ("residual: {top: 0}", "R01"),
    ("residual: {rank: 257}", "R01"), ("residual: {rank: 1.5}", "R01"),
    ("", "R01"), ("[1, 2]", "R01"), ("a: [", "R01"), ("states: 8", "R02"), ("tensors: 3", "R01"),
    ("tensors: [{method: keep}]", "R01"), ("tensors: [{match: a, bits: 3}]", "R02"),
    ("tensors: [{match: a, method: keep, bits: 3}]", "R02"), ("match: a\nmethod: rtn", "R02"),
    ("method: rtn\ntransforms: [sort, sort]", "R01"),
    ("method: a\nmethod: b", "R01"), ("small: int8", "R01"), ("? [a]\n: b", "R01"),
    ("a: *b", "R01"),
  ])
  func `what is no recipe is an error with its rule`(text: String, rule: String) {
    #expect(throws: Rejection.self) { try recipe(text) }
    do throws(Rejection) { _ = try recipe(text) } catch { #expect(error.rule.id == rule) }
  }
}
