import Diagnostics
import TestSupport
import Testing
import YAML

@testable import Recipes

/// Every way to be no merge recipe, or one for other models.
struct RefusedRecipeTests {
  @Test(arguments: RefusedRecipe.all)
  func `a recipe is refused with its rule, line and key`(recipe: RefusedRecipe) {
    let error = #expect(throws: Rejection.self) {
      try MergeWorld.plan(recipe.text, raw: recipe.isRaw ? .same : nil)
    }
    guard let error else { return }
    #expect(error.rule.id == recipe.rule, "\(error)")
    #expect(error.message.hasPrefix("line \(recipe.line): "), "\(error)")
    #expect(error.message.contains(recipe.word), "\(error)")
  }

  @Test func `there are recipes of every rule`() {
    #expect(RefusedRecipe.all.count == 292)
    // M05 and M12 are about files, which the command opens.
    #expect(
      Set(RefusedRecipe.all.map(\.rule))
        == Set(MergeRules.all.map(\.id)).subtracting(["M05", "M12"]))
  }

  // MARK: Keys that are misspelt

  private static let sound = """
    merge_method: ties
    base_model: base
    models:
      - model: one
        parameters:
          weight: [0.2, 0.8]
          density: {value: 0.5, filter: mlp}
      - model: two
        parameters:
          weight: 0.5
    parameters:
      weight:
        - {filter: norm, value: 1}
        - {value: 0.3}
      normalize: true
      lambda: 1e-1
    dtype: float32
    out_dtype: bfloat16
    """
  private static let sliced = """
    merge_method: slerp
    base_model: one
    slices:
      - sources:
          - {model: one, layer_range: [0, 2]}
          - {model: two, layer_range: [1, 3]}
        parameters: {t: 0.2}
      - sources:
          - {model: one, layer_range: [2, 3]}
          - {model: two, layer_range: [2, 3]}
    parameters: {t: [0, 1]}
    """

  /// What may stand instead, though it is odd.
  private static let oddities = [
    ("dtype: float32", "tokenizer: {source: base}\ntokenizer_source: ~"),
    ("dtype: float32", "tokenizer: {source: {model: two}}"),
    ("dtype: float32", "tokenizer: {tokens: ~, pad_to_multiple_of: '8'}"),
    ("dtype: float32", "tokenizer: {tokens: {x: {source: {kind: zero}, force: yes}}}"),
    ("dtype: float32", "tokenizer_source: union"), ("dtype: float32", "tokenizer: {}"),
    ("dtype: float32", "chat_template: auto"), ("dtype: float32", "chat_template: mistral"),
    ("dtype: float32", "name: ~"), ("base_model: base", "base_model: ./base@2x/model"),
  ]

  @Test(arguments: oddities)
  func `what mergekit takes is taken`(old: String, new: String) throws {
    let text = Self.sound.replacing(old, with: new, maxReplacements: 1)
    _ = try MergeRecipe(YAMLDocument(text, under: MergeRules.malformed).root)
  }

  @Test func `two documents of one name are refused, and told where the second begins`() throws {
    let folder = try TemporaryFolder()
    let text = "name: one\nmerge_method: passthrough\nmodels: [{model: a}]\n"
    let path = try folder.write("recipe.yml", Array((text + "---\n" + text).utf8))
    let error = #expect(throws: Rejection.self) { try MergeRecipe.read(path: path) }
    #expect(error?.rule.id == "M01")
    #expect(error?.message == "line 5: two documents have the name one")
  }

  /// The lines that have a key.
  private static let keyed = [sound, sliced].flatMap { text in
    text.split(separator: "\n").indices.filter {
      text.split(separator: "\n")[$0].contains(":")
    }.map { (text, $0) }
  }

  @Test(arguments: keyed)
  func `every key is missed when it is misspelt, and told where it stands`(
    text: String, line: Int
  ) throws {
    var lines = text.split(separator: "\n").map(String.init)
    let colon = try #require(lines[line].firstIndex(of: ":"))
    lines[line].insert("x", at: colon)
    let error = #expect(throws: Rejection.self) {
      let text = lines.joined(separator: "\n")
      _ = try MergeRecipe(YAMLDocument(text, under: MergeRules.malformed).root)
    }
    // A key that has to be there may be missed first, at the beginning of what it belongs to.
    let isRequired = ["merge_method", "models", "slices"].contains { lines[line].contains($0) }
    #expect(error?.rule.id == "M02")
    #expect(error?.message.hasPrefix("line \(line + 1):") == true || isRequired)
  }
}
