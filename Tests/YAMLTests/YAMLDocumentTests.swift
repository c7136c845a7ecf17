import Diagnostics
import JSON
import Testing
import YAML

struct YAMLDocumentTests {
  private static let rule = Rule("TST", "no document", because: "It is a test.", remedy: "None.")

  /// The rule under which a text is refused, if it is.
  private func refusal(_ bytes: [UInt8]) -> String? {
    do throws(Rejection) {
      _ = try YAMLDocument(parsing: bytes.span.bytes, under: Self.rule)
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
  func `bytes that mean harm are refused under the caller's rule`(index: Int) {
    let hostile = Self.hostile[index]
    #expect(refusal(hostile.bytes) == "TST", "\(hostile.name)")
  }

  @Test(arguments: ["1e999", "-.inf", "1_000", "1.5.2"])
  func `what is no number of JSON is a text`(text: String) throws {
    #expect(
      try YAMLDocument("a: \(text)", under: Self.rule).json == .object([("a", .string(text))]))
  }

  @Test func `tens of thousands of keys are read at once`() throws {
    let count = 40_000
    let text = (0..<count).map { "k\($0):\n" }.joined()
    #expect(try YAMLDocument(text, under: Self.rule).json.members?.count == count)
  }

  @Test(arguments: [
    ("a: &x [1, {b: 2}]\nc: *x", "a: [1, {b: 2}]\nc: [1, {b: 2}]"),
    ("- &x text\n- *x\n- &x other\n- *x", "[text, text, other, other]"),
    ("a: &x {b: 1, c: 2}\nd: {<<: *x, c: 3}", "a: {b: 1, c: 2}\nd: {c: 3, b: 1}"),
    ("d: {<<: [{b: 1}, {b: 2, c: 3}], e: 4}", "d: {e: 4, b: 1, c: 3}"),
    ("{'<<': 1}", "{\"<<\": 1}"),
  ])
  func `references are copies, and mappings take over what they lack`(
    text: String, plain: String
  ) throws {
    #expect(
      try YAMLDocument(text, under: Self.rule).json == YAMLDocument(plain, under: Self.rule).json)
  }

  @Test(arguments: ["a: *x", "a: &x [*x]", "{<<: 1}", "{<<: [{a: 1}, 2]}"])
  func `references to nothing, and to what is not whole, are errors`(text: String) {
    #expect(throws: Rejection.self) { try YAMLDocument(text, under: Self.rule) }
  }

  @Test func `names are those of one document`() {
    #expect(throws: Rejection.self) {
      try YAMLDocument.all("a: &x 1\n---\nb: *x", under: Self.rule)
    }
  }

  @Test func `references do not nest deeper than values do`() {
    var text = "- &a0 x\n"
    for level in 1..<70 { text += "- &a\(level) [*a\(level - 1)]\n" }
    #expect(throws: Rejection.self) { try YAMLDocument(text, under: Self.rule) }
  }

  @Test func `references to references end`() {
    var text = "a0: &a0 [x, x]\n"
    for level in 1..<40 { text += "a\(level): &a\(level) [*a\(level - 1), *a\(level - 1)]\n" }
    #expect(throws: Rejection.self) { try YAMLDocument(text, under: Self.rule) }
  }
}
