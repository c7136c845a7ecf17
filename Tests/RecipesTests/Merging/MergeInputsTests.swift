import Diagnostics
import Merging
import Testing

@testable import Recipes

/// How many models a method takes, with a base and without.
struct MergeInputsTests {
  /// Methods, how many models there are besides a base, and whether that will do.
  private static let counts: [(method: String, others: Int, hasBase: Bool, isTaken: Bool)] = [
    ("linear", 1, false, true), ("linear", 1, true, true), ("passthrough", 1, false, true),
    ("passthrough", 2, false, false), ("passthrough", 1, true, false),
    ("passthrough", 0, true, true), ("slerp", 1, true, true), ("slerp", 2, false, false),
    ("slerp", 2, true, false), ("slerp", 0, true, false), ("nuslerp", 2, false, true),
    ("nuslerp", 2, true, true), ("nuslerp", 1, true, false), ("nuslerp", 3, false, false),
    ("nuslerp", 1, false, false), ("nuslerp", 3, true, false), ("nuslerp", 0, true, false),
    ("multislerp", 1, false, true), ("multislerp", 1, true, true), ("multislerp", 3, true, true),
    ("multislerp", 0, true, false), ("model_stock", 2, true, true),
    ("model_stock", 1, true, false), ("model_stock", 3, false, false), ("ties", 1, true, true),
    ("ties", 2, false, false), ("ties", 0, true, true), ("nearswap", 1, true, true),
    ("nearswap", 2, true, false), ("arcee_fusion", 1, true, true), ("karcher", 1, true, true),
  ]

  @Test(arguments: counts)
  func `a method gets as many models as it takes, with layers and without`(
    method: String, others: Int, hasBase: Bool, isTaken: Bool
  ) throws {
    let required = try #require(MergeMethods.named(method)).parameters
      .filter { $0.standard == nil }.map { "\($0.key): 0.5" }
    // A base alone has to be listed, since there are no recipes without models.
    let names = (0..<others).map { "m\($0)" } + (hasBase && others == 0 ? ["base"] : [])
    let text = """
      merge_method: \(method)
      models: [\(names.map { "{model: \($0)}" }.joined(separator: ", "))]
      parameters: {\(required.joined(separator: ", "))}
      \(hasBase ? "base_model: base" : "")
      """
    for raw in [nil, RawNames.same, .union] {
      guard !isTaken else {
        #expect(try !MergeWorld.plan(text, raw: raw).items.isEmpty)
        continue
      }
      let error = #expect(throws: Rejection.self) { try MergeWorld.plan(text, raw: raw) }
      #expect(error?.rule.id == "M04")
    }
  }

  @Test func `a base that is told apart does not count`() throws {
    let error = #expect(throws: Rejection.self) {
      try MergeWorld.plan(
        "merge_method: nuslerp\nbase_model: base\nmodels: [{model: a, parameters: {weight: 1}}]")
    }
    #expect(error?.message == "line 3: nuslerp takes 2 inputs besides a base, and there are 1")
  }
}
