import Diagnostics
import JSON
import Recipes
import Testing

struct QuantizationRecipeTests {
  private func recipe(_ text: String) throws(Rejection) -> QuantizationRecipe {
    try QuantizationRecipe(try YAMLDocument(text).json)
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

  /// The rule under which a text is refused, if it is.
  private func refusal(_ bytes: [UInt8]) -> String? {
    do throws(Rejection) {
      _ = try QuantizationRecipe(try YAMLDocument(parsing: bytes.span.bytes).json)
      return nil
    } catch {
      return error.rule.id
    }
  }

  static let hostile: [(name: String, bytes: [UInt8])] = [
    ("sequences in sequences", Array(repeating: UInt8(ascii: "["), count: 100_000)),
    ("mappings in mappings", Array(String(repeating: "{a: ", count: 20_000).utf8)),
    (
      "indentation",
      Array((0..<200).map { String(repeating: " ", count: $0) + "a:\n" }.joined().utf8)
    ),
    ("a NUL", Array("method: rtn\0bits: 8".utf8)),
    ("a control character", Array("method: \u{1}".utf8)),
    ("half a character", Array("method: ".utf8) + [0xe2, 0x82]),
    ("an overlong NUL", Array("method: ".utf8) + [0xc0, 0x80]),
    ("half of a pair in UTF-16", [0xff, 0xfe, 0x00, 0xd8]),
    ("a second document", Array("method: rtn\n---\nmethod: rtn".utf8)),
    ("a key that is escaped the second time", Array("method: rtn\n\"m\\x65thod\": rtn".utf8)),
    ("more than a megabyte", Array(repeating: UInt8(ascii: "\n"), count: 1 << 20 + 1)),
    ("a document of its own version", Array("%YAML 3.0\n---\nmethod: rtn".utf8)),
  ]

  @Test(arguments: hostile.indices)
  func `bytes that mean harm are refused under R01`(index: Int) {
    let hostile = Self.hostile[index]
    #expect(refusal(hostile.bytes) == "R01", "\(hostile.name)")
  }

  @Test(arguments: ["1e999", "-.inf", "1_000", "1.5.2"])
  func `what is no number of JSON is a text`(text: String) throws {
    #expect(try YAMLDocument("a: \(text)").json == .object([("a", .string(text))]))
  }

  @Test func `tens of thousands of keys are read at once`() throws {
    let count = 40_000
    let text = (0..<count).map { "k\($0):\n" }.joined()
    #expect(try YAMLDocument(text).json.members?.count == count)
  }

  @Test func `references to references end`() {
    var text = "a0: &a0 [x, x]\n"
    for level in 1..<40 { text += "a\(level): &a\(level) [*a\(level - 1), *a\(level - 1)]\n" }
    #expect(throws: Rejection.self) { try YAMLDocument(text) }
  }
}
