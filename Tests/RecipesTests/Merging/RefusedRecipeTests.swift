import Diagnostics
import Testing

@testable import Recipes

/// Every way to be no merge recipe, or one for other models.
struct RefusedRecipeTests {
  private static let usual =
    RefusedRecipe.shapes + RefusedRecipe.sections + RefusedRecipe.words
    + RefusedRecipe.parameters + RefusedRecipe.inputs + RefusedRecipe.tensors
    + RefusedRecipe.unsupported

  @Test(arguments: usual)
  func `a recipe is refused with its rule, line and key`(recipe: RefusedRecipe) {
    expect(recipe, raw: nil)
  }

  @Test(arguments: RefusedRecipe.raw)
  func `a recipe for files is refused with its rule, line and key`(recipe: RefusedRecipe) {
    expect(recipe, raw: .same)
  }

  private func expect(_ recipe: RefusedRecipe, raw: RawNames?) {
    let error = #expect(throws: Rejection.self) { try MergeWorld.plan(recipe.text, raw: raw) }
    guard let error else { return }
    #expect(error.rule.id == recipe.rule, "\(error)")
    #expect(error.message.hasPrefix("line \(recipe.line): "), "\(error)")
    #expect(error.message.contains(recipe.word), "\(error)")
  }

  @Test func `there are recipes of every rule`() {
    let rules = Set((Self.usual + RefusedRecipe.raw).map(\.rule))
    // M05 is about files, which the command opens.
    #expect(rules == Set(MergeRules.all.map(\.id)).subtracting(["M05"]))
  }
}
