import Diagnostics
import JSON
import TestSupport
import Testing

@testable import Recipes

/// Tokenizers that are read, shortened and added to.
struct MergeTokenizerTests {
  private static let pairs = #"""
    {"version": "1.0", "padding": null,
     "added_tokens": [{"id": 0, "content": "<s>", "special": true},
                      {"id": 6, "content": "<x>", "lstrip": true, "special": false}],
     "model": {"type": "BPE", "vocab": {"<s>": 0, "a": 1, "b": 2, "ab": 3, "c": 4, "abc": 5},
               "merges": ["a b", ["ab", "c"]]}}
    """#

  private func tokenizer(_ files: [String: String]) throws -> MergeTokenizer {
    let folder = try TemporaryFolder()
    for (name, text) in files { try folder.write(name, Array(text.utf8)) }
    return try MergeTokenizer(folder: folder.root)
  }

  private func described(_ text: String) throws -> MergeTokenizer {
    try tokenizer(["tokenizer.json": text])
  }

  // MARK: Reading

  @Test func `tokens are those of the model and added ones, by their ids`() throws {
    let read = try described(Self.pairs)
    #expect(read.tokens.map(\.text) == ["<s>", "a", "b", "ab", "c", "abc", "<x>"])
    #expect(read.id(of: "<x>") == 6 && read.id(of: "d") == nil)
  }

  @Test func `pieces with scores have their places for ids`() throws {
    let read = try described(#"{"model": {"vocab": [["<unk>", 0], ["▁a", -1.5], ["b", -2]]}}"#)
    #expect(read.tokens.map(\.text) == ["<unk>", "▁a", "b"])
  }

  @Test func `texts that only Unicode takes for the same are two tokens`() throws {
    let read = try described("{\"model\": {\"vocab\": {\"\u{e9}\": 0, \"e\u{301}\": 1}}}")
    #expect(read.tokens.count == 2 && read.id(of: "e\u{301}") == 1)
  }

  @Test(arguments: [
    ("", "damaged"), ("[]", "no vocab"), ("{}", "no vocab"), (#"{"model": {}}"#, "no vocab"),
    (#"{"model": {"vocab": {"a": "b"}}}"#, "no vocab"), (#"{"model": {"vocab": [1]}}"#, "no vocab"),
    (#"{"model": {"vocab": {"a": -1}}}"#, "the id -1"),
    (#"{"model": {"vocab": {"a": 99999999}}}"#, "the id 99999999"),
    (#"{"model": {"vocab": {"a": 3, "b": 3}}}"#, "the same id, 3"),
    (#"{"added_tokens": [{"id": 0}], "model": {"vocab": {}}}"#, "no content"),
    (#"{"added_tokens": [{"content": "a"}], "model": {"vocab": {}}}"#, "no id"),
  ])
  func `what is no description is refused with the file's name`(text: String, word: String) throws {
    let error = #expect(throws: Rejection.self) { _ = try described(text) }
    #expect(error?.rule.id == "M12")
    #expect(error?.place.file?.hasSuffix("/tokenizer.json") == true)
    if word != "damaged" {
      #expect(error?.message.contains(word) == true, "\(error?.message ?? "")")
    }
  }

  @Test(arguments: [
    (#"{"vocab_size": 7}"#, 7), (#"{"text_config": {"vocab_size": 8}}"#, 8), ("{}", nil), ("", nil),
  ])
  func `sizes are those of the configuration`(text: String, size: Int?) throws {
    #expect(try tokenizer(["config.json": text]).vocabularySize == size)
  }

  @Test func `templates are those of their own file first`() throws {
    #expect(try tokenizer([:]).chatTemplate == nil)
    let old = ["tokenizer_config.json": #"{"chat_template": "old"}"#]
    #expect(try tokenizer(old).chatTemplate == "old")
    #expect(
      try tokenizer(old.merging(["chat_template.jinja": "new"]) { $1 }).chatTemplate == "new")
    let named =
      #"{"chat_template": [{"name": "tool", "template": "t"}, "#
      + #"{"name": "default", "template": "d"}]}"#
    #expect(try tokenizer(["tokenizer_config.json": named]).chatTemplate == "d")
  }

  // MARK: Writing

  @Test func `a tokenizer without changes keeps its bytes`() throws {
    let changed = try described(Self.pairs).changed(limit: 7, adding: [])
    #expect(changed.content(of: "tokenizer.json") == Array(Self.pairs.utf8))
  }

  @Test func `tokens from an id on go, with the merges that need them`() throws {
    let changed = try described(Self.pairs).changed(limit: 5, adding: [])
    let root = try JSONValue(parsing: changed.content(of: "tokenizer.json") ?? [])
    #expect(root["model"]?["vocab"]?.members?.count == 5)
    #expect(root["model"]?["merges"] == ["a b"])
    #expect(root["added_tokens"]?.elements?.count == 1)
    #expect(changed.tokens.count == 5)
  }

  @Test func `additions have the ids behind all others and the flags of their origin`() throws {
    let flags: JSONValue = ["id": 3, "content": "<y>", "special": true, "normalized": false]
    let changed = try described(Self.pairs).changed(
      limit: .max,
      adding: [.init(text: "d", description: nil), .init(text: "<y>", description: flags)])
    let entries = try JSONValue(parsing: changed.content(of: "tokenizer.json") ?? [])[
      "added_tokens"]
    #expect(
      entries?.elements?[2] == [
        "id": 7, "content": "d", "single_word": false, "lstrip": false, "rstrip": false,
        "normalized": true, "special": false,
      ])
    #expect(
      entries?.elements?[3] == [
        "id": 8, "content": "<y>", "single_word": false, "lstrip": false, "rstrip": false,
        "normalized": false, "special": true,
      ])
  }

  @Test func `nothing is put behind ids with holes`() throws {
    let holey = try described(#"{"model": {"vocab": {"a": 0, "b": 2}}}"#)
    let error = #expect(throws: Rejection.self) {
      _ = try holey.changed(limit: .max, adding: [.init(text: "c", description: nil)])
    }
    #expect(error?.rule.id == "M12" && error?.message.contains("holes") == true)
  }

  @Test func `files of older programs learn of additions too`() throws {
    let changed = try tokenizer([
      "tokenizer.json": Self.pairs, "added_tokens.json": #"{"<x>": 6}"#,
      "tokenizer_config.json": #"{"added_tokens_decoder": {"6": {"content": "<x>"}}, "#
        + #""model_max_length": 1000000000000000019884624838656}"#,
      "special_tokens_map.json": "{}",
    ]).changed(limit: 6, adding: [.init(text: "d", description: nil)])
    #expect(try JSONValue(parsing: changed.content(of: "added_tokens.json") ?? []) == ["d": 6])
    let bytes = changed.content(of: "tokenizer_config.json") ?? []
    #expect(
      changed.json(of: "tokenizer_config.json")?["added_tokens_decoder"] == [
        "6": [
          "content": "d", "lstrip": false, "normalized": true, "rstrip": false,
          "single_word": false, "special": false,
        ]
      ])
    #expect(String(decoding: bytes, as: UTF8.self).contains(": 1000000000000000019884624838656"))
    #expect(changed.content(of: "special_tokens_map.json") == Array("{}".utf8))
  }

  @Test func `a template is written where programs look for it`() throws {
    let old = ["tokenizer_config.json": #"{"chat_template": "old"}"#]
    let new = try tokenizer(old).with(chatTemplate: "new")
    #expect(new.content(of: "chat_template.jinja") == Array("new".utf8))
    #expect(
      try JSONValue(parsing: new.content(of: "tokenizer_config.json") ?? []) == [
        "chat_template": "new"
      ])
    let bare = try tokenizer(["tokenizer_config.json": "{}"]).with(chatTemplate: "new")
    #expect(bare.content(of: "tokenizer_config.json") == Array("{}".utf8))
  }
}
