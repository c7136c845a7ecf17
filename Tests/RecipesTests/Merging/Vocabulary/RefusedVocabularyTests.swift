import Checkpoints
import Diagnostics
import TensorCore
import TestSupport
import Testing
import YAML

@testable import Recipes

/// Recipes that say of tokens and models what is not so.
struct RefusedVocabularyTests {
  private static let models = """
    merge_method: linear
    base_model: base
    models: [{model: a, parameters: {weight: 1}}, {model: base, parameters: {weight: 1}}]

    """

  @Test(arguments: [
    ("tokens: {nobody: {source: a}}", "M12", "no token nobody"),
    ("tokens: {'<|tool|>': {source: a}}", "M12", "no token <|tool|>"),
    ("source: base, tokens: {'<|end|>': {source: a}}", "M12", "no token <|end|>"),
    ("source: base, tokens: {'<|end|>': {source: {kind: zero}}}", "M12", "no token <|end|>"),
    ("tokens: {'<|end|>': {source: base}}", "M12", "none of base"),
    ("tokens: {'<|end|>': {source: b}}", "M04", "b, which is not merged"),
    ("tokens: {e: {source: {kind: model_token, model: b, token: e}}}", "M04", "not merged"),
    (
      "tokens: {e: {source: {kind: model_token, model: a, token: nobody}}}", "M12",
      "no token nobody"
    ),
    ("tokens: {e: {source: {kind: model_token, model: a, token_id: 33}}}", "M12", "no row 33"),
    ("tokens: {e: {source: {kind: model_token, model: b, token_id: 3}}}", "M04", "not merged"),
  ])
  func `rows of tokens and models that there are not are refused`(
    words: String, rule: String, word: String
  ) {
    let error = #expect(throws: Rejection.self) {
      _ = try VocabularyWorld(text: Self.models + "tokenizer: {\(words)}\n")
    }
    #expect(error?.rule.id == rule, "\(error.map { "\($0)" } ?? "")")
    #expect(error?.message.hasPrefix("line 4: ") == true, "\(error?.message ?? "")")
    #expect(error?.message.contains(word) == true, "\(error?.message ?? "")")
  }

  // MARK: Tokenizers that tell no tokens

  /// Two models with the same rows and the given files.
  private func plan(_ files: [String: [String: String]], _ words: String) throws -> VocabularyPlan?
  {
    let folder = try TemporaryFolder()
    let recipe = try MergeRecipe(
      YAMLDocument(Self.models + words, under: MergeRules.malformed).root)
    var tokenizers: [ModelReference: MergeTokenizer] = [:]
    for model in recipe.tokenizerModels {
      let path = try folder.makeFolder(model.weights.path)
      for (name, text) in files[model.weights.path] ?? [:] {
        try folder.write("\(model.weights.path)/\(name)", Array(text.utf8))
      }
      tokenizers[model] = try MergeTokenizer(folder: path)
    }
    return try VocabularyPlan(recipe, tokenizers, recipe.models.map { _ in [:] })
  }

  @Test(arguments: ["tokenizer_source: union", "tokenizer_source: base", "tokenizer_source: a"])
  func `the same files of tokens are copied`(words: String) throws {
    let files = ["tokenizer.model": "pieces"]
    #expect(try plan(["a": files, "base": files], words) == nil)
    #expect(try plan([:], words) == nil)
  }

  @Test(arguments: [
    ["a": ["tokenizer.model": "pieces"], "base": ["tokenizer.model": "others"]],
    ["a": ["tokenizer.model": "pieces"]],
    ["a": ["tokenizer.json": #"{"model": {"vocab": {"a": 0}}}"#]],
  ])
  func `other files of tokens are not put together`(files: [String: [String: String]]) throws {
    let error = #expect(throws: Rejection.self) { _ = try plan(files, "tokenizer_source: union") }
    #expect(error?.rule.id == "M12")
    #expect(error?.message.hasPrefix("line 4: ") == true, "\(error?.message ?? "")")
    #expect(error?.message.contains("has no tokenizer.json") == true)
  }

  @Test(arguments: ["tokens: {a: {source: {kind: zero}}}", "pad_to_multiple_of: 8"])
  func `rows are not chosen where nothing tells tokens`(words: String) throws {
    let error = #expect(throws: Rejection.self) {
      _ = try plan([:], "tokenizer: {source: base, \(words)}")
    }
    #expect(error?.rule.id == "M12" && error?.message.hasPrefix("line 4: ") == true)
  }
}
