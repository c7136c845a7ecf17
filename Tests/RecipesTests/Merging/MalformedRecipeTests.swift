import Diagnostics
import TestSupport
import Testing
import YAML

@testable import Recipes

/// Recipes that are wrong in one place: the error names the rule, the line and the word.
struct MalformedRecipeTests {
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

  /// What is replaced, by what, the rule, and the line.
  private static let mutations: [(String, String, String, Int)] = [
    ("merge_method: ties", "merge_method: tie", "M02", 1),
    ("merge_method: ties", "merge_method: [ties]", "M01", 1),
    ("merge_method: ties", "merge_method:", "M01", 1),
    ("merge_method: ties", "merge_method: linear", "M02", 16),
    ("merge_method: ties\n", "", "M01", 1),
    ("base_model: base", "base_model: [base]", "M01", 2),
    ("base_model: base", "base_model: {model: base, lora: x}", "M07", 2),
    ("base_model: base", "base_model: base+adapter", "M07", 2),
    ("base_model: base", "base_model: {path: base}", "M02", 2),
    ("base_model: base", "base: base", "M02", 2),
    ("base_model: base\n", "base_model: base\nbase_model: base\n", "M01", 3),
    ("models:\n", "models: {}\nx:\n", "M02", 4),
    ("models:\n", "models: 3\nslices:\n", "M01", 1),
    ("  - model: one", "  - model: {model: one, revisions: 1}", "M02", 4),
    ("  - model: one", "  - model: {model: {path: one, rev: 1}}", "M02", 4),
    ("  - model: one", "  - model: {model: {revision: main}}", "M01", 4),
    ("  - model: one", "  - models: one", "M02", 4),
    ("  - model: one", "  - model:", "M01", 4),
    ("  - model: one", "  - model: one\n    layer_range: [0, 1]", "M02", 5),
    ("  - model: two", "  - model: one", "M04", 8),
    ("    parameters:\n      weight: [", "    parameter:\n      weight: [", "M02", 5),
    ("weight: [0.2, 0.8]", "weight: [0.2, much]", "M03", 6),
    ("weight: [0.2, 0.8]", "weight: heavy", "M03", 6),
    ("weight: [0.2, 0.8]", "weight: .nan", "M03", 6),
    ("weight: [0.2, 0.8]", "weight: .inf", "M03", 6),
    ("weight: [0.2, 0.8]", "weight: [[0.2], 0.8]", "M03", 6),
    ("weight: [0.2, 0.8]", "weights: [0.2, 0.8]", "M02", 6),
    ("weight: [0.2, 0.8]", "wieght: [0.2, 0.8]", "M02", 6),
    ("weight: [0.2, 0.8]", "weight: [0.2, {value: 1}]", "M01", 6),
    ("weight: [0.2, 0.8]", "t: 0.5", "M02", 6),
    ("density: {value: 0.5, filter: mlp}", "density: {values: 0.5, filter: mlp}", "M02", 7),
    ("density: {value: 0.5, filter: mlp}", "density: {filter: mlp}", "M01", 7),
    ("density: {value: 0.5, filter: mlp}", "density: {value: 0.5, filter: [mlp]}", "M01", 7),
    ("density: {value: 0.5, filter: mlp}", "density: {value: yes please, filter: a}", "M03", 7),
    ("- {filter: norm, value: 1}", "- {filter: norm, valeu: 1}", "M02", 13),
    ("- {filter: norm, value: 1}", "- {filter: norm, value: x}", "M03", 13),
    ("- {filter: norm, value: 1}", "- {filter: {}, value: 1}", "M01", 13),
    ("- {value: 0.3}", "- {value: 0.3, layers: 2}", "M02", 14),
    ("normalize: true", "normalize: perhaps", "M03", 15),
    ("normalize: true", "normalize: 2", "M03", 15),
    ("normalize: true", "normalise: true", "M02", 15),
    ("normalize: true", "normalize: [true, 3]", "M03", 15),
    ("lambda: 1e-1", "lambda: one", "M03", 16),
    ("lambda: 1e-1", "lamda: 1", "M02", 16),
    ("lambda: 1e-1", "lambda: 1\n  lambda: 2", "M01", 17),
    ("dtype: float32\n", "dtype: float\n", "M01", 17),
    ("dtype: float32\n", "dtype: int64\n", "M01", 17),
    ("dtype: float32\n", "dtype: [float32]\n", "M01", 17),
    ("dtype: float32\n", "dytpe: float32\n", "M02", 17),
    ("out_dtype: bfloat16", "out_dtype: bf16", "M01", 18),
    ("out_dtype: bfloat16", "out_type: bfloat16", "M02", 18),
    ("out_dtype: bfloat16", "tokenizer_source: union", "M07", 18),
    ("out_dtype: bfloat16", "tokenizer_source: []", "M01", 18),
    ("out_dtype: bfloat16", "tokenizer: {source: base, pad_to_multiple_of: 8}", "M07", 18),
    ("out_dtype: bfloat16", "tokenizer: {sources: base}", "M02", 18),
    ("out_dtype: bfloat16", "tokenizer: {}", "M07", 18),
    ("out_dtype: bfloat16", "tokenizer: {source: ~}", "M07", 18),
    ("base_model: base", "base_model: base@", "M01", 2),
    ("base_model: base", "base_model: '@main'", "M01", 2),
    ("out_dtype: bfloat16", "chat_template: auto", "M07", 18),
    ("out_dtype: bfloat16", "tokens: 3", "M02", 18),
    ("out_dtype: bfloat16", "slices: [1]", "M01", 1),
    ("out_dtype: bfloat16", "trust_remote_code: true", "M02", 18),
    ("out_dtype: bfloat16", "out_dtype: *x", "M01", 18),
    ("out_dtype: bfloat16", "out_dtype: [", "M01", 19),
  ]

  private static let slicedMutations: [(String, String, String, Int)] = [
    ("slices:", "slice:", "M02", 3),
    (
      "  - sources:\n      - {model: one, layer_range: [0, 2]}", "  - source:\n      - {}", "M02", 4
    ),
    ("[0, 2]", "[2, 0]", "M01", 5), ("[0, 2]", "[0]", "M01", 5), ("[0, 2]", "0", "M01", 5),
    ("[0, 2]", "[0, 1, 2]", "M01", 5), ("[0, 2]", "[-1, 2]", "M01", 5),
    ("[0, 2]", "[0, two]", "M01", 5), ("[0, 2]", "[0, 0]", "M01", 5),
    ("[0, 2]", "{0: 2}", "M01", 5), ("layer_range: [0, 2]", "layers: [0, 2]", "M02", 5),
    ("{model: two, layer_range: [1, 3]}", "{model: one, layer_range: [1, 3]}", "M04", 6),
    ("{model: two, layer_range: [1, 3]}", "{layer_range: [1, 3]}", "M01", 6),
    ("{model: two, layer_range: [1, 3]}", "two", "M01", 6),
    ("parameters: {t: 0.2}", "parameters: {tt: 0.2}", "M02", 7),
    ("parameters: {t: 0.2}", "parameters: 0.2", "M01", 7),
    ("parameters: {t: 0.2}", "parameters: {t: {}}", "M01", 7),
    ("parameters: {t: 0.2}", "weights: 1", "M02", 7),
    ("parameters: {t: [0, 1]}", "parameters: {t: [0, 1], weight: 1}", "M02", 11),
    ("parameters: {t: [0, 1]}", "parameters: {t: [0, true love]}", "M03", 11),
    ("parameters: {t: [0, 1]}", "parameter: {t: [0, 1]}", "M02", 11),
  ]

  /// What may stand instead, though it is odd.
  private static let oddities = [
    ("dtype: float32", "tokenizer: {source: base}\ntokenizer_source: ~"),
    ("dtype: float32", "tokenizer: {source: {model: two}}"),
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

  private static let all =
    mutations.map { (sound, $0) } + slicedMutations.map { (sliced, $0) }

  @Test func `the recipes that are changed are sound`() throws {
    for text in [Self.sound, Self.sliced] {
      _ = try MergeRecipe(YAMLDocument(text, under: MergeRules.malformed).root)
    }
  }

  @Test(arguments: all)
  func `one wrong word is refused where it stands`(
    text: String, mutation: (old: String, new: String, rule: String, line: Int)
  ) throws {
    let changed = try #require(
      text.firstRange(of: mutation.old).map { text.replacingCharacters(in: $0, with: mutation.new) }
    )
    let error = #expect(throws: Rejection.self, "\(mutation.new)") {
      _ = try MergeRecipe(YAMLDocument(changed, under: MergeRules.malformed).root)
    }
    #expect(error?.rule.id == mutation.rule, "\(mutation.new): \(error?.message ?? "")")
    #expect(
      error?.message.hasPrefix("line \(mutation.line):") == true,
      "\(mutation.new): \(error?.message ?? "")")
  }
}

extension MalformedRecipeTests {
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

extension String {
  fileprivate func replacingCharacters(in range: Range<Index>, with text: String) -> String {
    self[..<range.lowerBound] + text + self[range.upperBound...]
  }
}
