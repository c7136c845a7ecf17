import Diagnostics
import JSON
import TestSupport
import Testing
import YAML

@testable import Records

struct ModelCardTests {
  private static let rule = Rule("TST", "no card", because: "It is a test.", remedy: "None.")
  static func cases() throws -> [String] { try Fixtures.names(in: "records/cards") }

  private func card(_ submission: JSONValue, license: String? = nil) throws -> ModelCard {
    var options = CardOptions()
    options.license = license
    let record = try SmallRecord(submission: submission.text())
    return try ModelCard(try RecordFolder(scanning: record.path), options: options)
  }

  private func yaml(_ text: String) throws -> JSONValue {
    try YAMLDocument(text, under: Self.rule).json
  }

  @Test(arguments: try cases())
  func `evaluation results are what the Hub's library writes`(name: String) throws {
    let value = try JSONValue(parsing: try Fixtures.bytes("records/cards/\(name)"))
    let expected = try #require(value["eval_results"])
    let results = try card(try #require(value["submission"])).evaluationResults
    #expect(try results.map { try sorted(yaml($0)) } ?? .null == sorted(expected))
  }

  /// Objects as sets of members: YAML's order has no meaning.
  private func sorted(_ value: JSONValue) -> JSONValue {
    switch value {
    case .object(let members):
      .object(members.map { ($0.key, sorted($0.value)) }.sorted { $0.0 < $1.0 })
    case .array(let elements): .array(elements.map(sorted))
    default: value
    }
  }

  @Test(arguments: try cases())
  func `front matter says what Python's readers must find`(name: String) throws {
    let value = try JSONValue(parsing: try Fixtures.bytes("records/cards/\(name)"))
    let submission = try #require(value["submission"])
    let card = try card(submission, license: value["license"]?.string)
    let expected = try #require(value["front_matter"])
    #expect(try sorted(yaml(card.frontMatter)) == sorted(expected))
  }

  @Test(arguments: 0..<38)
  func `whatever a name holds comes out of YAML as it went in`(index: Int) throws {
    let texts = try #require(
      try JSONValue(parsing: try Fixtures.bytes("records/texts.json")).elements)
    try #require(texts.count == 38)
    let card = try card(["name": texts[index], "val_bpb": 1.5])
    // An empty name is none: the folder's stands in for it.
    let isEmpty = texts[index].string?.allSatisfy { $0 == " " } ?? true
    let expected: JSONValue = isEmpty ? "2026-03-20_Small" : texts[index]
    #expect(try yaml(card.frontMatter)["model-index"]?.elements?[0]["name"] == expected)
  }

  @Test func `front matter ends before the page, whatever the record says`() throws {
    let card = try card(["name": "---\n---\n", "author": "a\n---\nb", "val_bpb": 1.5])
    let lines = card.text.split(separator: "\n", omittingEmptySubsequences: false)
    #expect(lines.filter { $0 == "---" }.count == 2)
    #expect(lines.first == "---")
  }

  @Test func `markup in texts is shown and not acted on`() throws {
    let evil = "<img src=x onerror=alert(1)> [a](javascript:b) `c` | d\n# e"
    let card = try card([
      "name": .string(evil), "author": .string(evil), "blurb": .string(evil), "val_bpb": 1.5,
      "hardware": .string(evil), "attribution": .object([(key: evil, value: .string(evil))]),
    ])
    let body = try #require(
      card.body.split(separator: "## The record's own README", maxSplits: 1).first)
    #expect(!body.contains("<img"))
    #expect(!body.contains("[a]("))
    #expect(!body.contains("\n# e"))
    #expect(
      body.contains("&lt;img src=x onerror=alert(1)&gt; \\[a\\](javascript:b) \\`c\\` \\| d # e"))
  }

  @Test func `a page has the numbers, the files and the record's own README`() throws {
    let record = try SmallRecord()
    try record.write("model.safetensors", SmallRecord.safetensors())
    let body = try ModelCard(try RecordFolder(scanning: record.path)).body
    for text in [
      "| bits per byte | 1.2251 |", "| left of 16,000,000 | 200,000 |",
      "| 42 | 1.2252 |  | 15,800,000 |  |", "load_file(\"model.safetensors\")",
      "birdie model.safetensors", "# Small\n\nA small record.",
    ] {
      #expect(body.contains(text), "\(text)")
    }
  }

  @Test func `a card says how to get the files from a repository, whatever they are called`() throws
  {
    let record = try SmallRecord()
    try record.write("it's.birdie", SmallRecord.safetensors())
    var options = CardOptions()
    options.repository = "ada/golf"
    options.folder = "records/a b"
    let body = try ModelCard(try RecordFolder(scanning: record.path), options: options).body
    #expect(
      body.contains(
        "hf download ada/golf --include 'records/a b/*' --local-dir record\n"
          + "cd 'record/records/a b'\n"))
    #expect(body.contains("birdie convert 'it'\\''s.birdie' model.safetensors\n"))
    #expect(body.contains("load_file(\"model.safetensors\")"))
  }

  @Test func `PyTorch files are read without running anything in them`() throws {
    let record = try SmallRecord()
    try record.write("final_model.pt", [0])
    let body = try ModelCard(try RecordFolder(scanning: record.path)).body
    #expect(body.contains("torch.load(\"final_model.pt\", weights_only=True)"))
  }

  @Test func `a card of a card is the same card`() throws {
    let record = try SmallRecord()
    try record.write("README.md", "---\nlicense: mit\n---\n\n# Own\n\n```\n---\n```\n")
    let first = try ModelCard(try RecordFolder(scanning: record.path)).text
    #expect(!first.contains("license: mit"))
    try record.write("README.md", first)
    #expect(try ModelCard(try RecordFolder(scanning: record.path)).text == first)
  }

  @Test func `a README cannot steer a terminal`() throws {
    let record = try SmallRecord()
    try record.write("README.md", "a\u{1B}[31mb\u{9B}c\u{7}\r\nd\te\n")
    let text = try ModelCard(try RecordFolder(scanning: record.path)).text
    #expect(text.hasSuffix("\n\na[31mbc\nd\te\n"))
  }

  @Test func `evaluation results are a list of one score`() throws {
    let record = try SmallRecord()
    var options = CardOptions()
    options.source = ("PR #1: a \"test\"", "https://example.org/1")
    let card = try ModelCard(try RecordFolder(scanning: record.path), options: options)
    let results = try #require(card.evaluationResults)
    let entry = try #require(try yaml(results).elements?.first)
    #expect(entry["value"] == 1.2251)
    #expect(entry["dataset"]?["id"] == "HuggingFaceFW/fineweb")
    #expect(entry["date"] == "2026-03-20")
    #expect(entry["source"]?["name"] == "PR #1: a \"test\"")
    let result = try yaml(card.frontMatter)["model-index"]?.elements?[0]["results"]?.elements?[0]
    #expect(result?["source"]?["url"] == "https://example.org/1")
  }

  @Test func `without a score there is none to index`() throws {
    let card = try card(["name": "No score"])
    #expect(card.evaluationResults == nil)
    #expect(try yaml(card.frontMatter)["model-index"] == nil)
  }
}
