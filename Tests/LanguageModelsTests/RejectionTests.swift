import Diagnostics
import LanguageModels
import TestSupport
import Testing

struct RejectionTests {
  static let names = [
    "K01-cut.model", "K01-empty.model", "K01-field-zero.model", "K01-group.model",
    "K01-length.model", "K01-varint.model", "K02-bad-byte.model",
    "K02-byte-without-fallback.model", "K02-empty-piece.model", "K02-long-piece.model",
    "K02-missing-bytes.model", "K02-nan-score.model", "K02-no-unknown.model", "K02-twice.model",
    "K02-two-unknown.model", "K03-char.model", "K03-kind-9.model", "K03-word.model",
    "K04-long-replacement.model", "K04-odd-size.model", "K04-open-end.model", "K04-short.model",
    "K04-trie-size.model", "K06-growth.json", "K07-added-token.json", "K07-flag.json",
    "K07-merge-of-three.json",
    "K07-merge-text.json", "K07-merges-object.json", "K07-no-json.json", "K07-no-model.json",
    "K07-twice.json", "K07-vocab-list.json", "K08-affix.json", "K08-after-bytes.json",
    "K08-behavior.json", "K08-decoder.json", "K08-dropout.json", "K08-long-token.json",
    "K08-nfkc.json",
    "K08-pattern-text.json", "K08-pattern.json", "K08-pre-tokenizer.json", "K08-processor.json",
    "K08-replace-regex.json", "K08-unigram.json", "K09-added.json", "K09-id.json",
    "K09-merge.json", "K09-merged.json", "K09-negative-id.json", "K09-template.json",
    "K09-two-ids.json",
    "K09-unknown.json", "V01-empty.bin", "V01-magic.bin", "V01-text.bin", "V02-version.bin",
    "V03-header.bin", "V03-long.bin", "V03-negative.bin", "V03-short.bin",
  ]
  /// Files that are wrong only for what they are used with.
  static let misused = ["V05-token.bin", "V06_bytes_.bin"]

  @Test(arguments: names)
  func `a fixture is rejected under the rule that it is named after`(name: String) throws {
    let path = Fixtures.path("tokenizers/rejects/\(name)")
    let rejection = #expect(throws: Rejection.self) {
      if name.hasSuffix(".bin") {
        _ = try TokenShard(path: path)
      } else {
        _ = try Tokenizers.open(path: path)
      }
    }
    #expect(rejection?.rule.id == String(name.prefix(3)))
    #expect(rejection?.place.file == path)
  }

  @Test func `every rejected fixture is named in a test`() throws {
    #expect(try Fixtures.names(in: "tokenizers/rejects") == Self.names + Self.misused)
  }

  @Test func `an unknown pattern is named in the rejection`() {
    let rejection = #expect(throws: Rejection.self) {
      try Tokenizers.open(path: Fixtures.path("tokenizers/rejects/K08-pattern.json"))
    }
    #expect(rejection?.message.contains(#""\\w+""#) == true)
  }

  @Test func `a text longer than is tokenized at once is rejected`() {
    let rejection = #expect(throws: Rejection.self) {
      try requireTokenizable(byteCount: maximumTextByteCount + 1)
    }
    #expect(rejection?.rule.id == "K06")
  }

  @Test func `a text that rewriting makes far longer is rejected`() throws {
    let step = """
      {"type": "Replace", "pattern": {"String": "a"}, "content": "\(String(repeating: "a", count: 99))"}
      """
    let file = """
      {"normalizer": {"type": "Sequence", "normalizers": [\(step), \(step), \(step), \(step)]},
       "model": {"type": "BPE", "vocab": {"a": 0, "b": 1, "ab": 2}, "merges": [["a", "b"]]}}
      """
    let tokenizer = try HuggingFaceTokenizer(parsing: Array(file.utf8).span.bytes)
    #expect(try tokenizer.encode("b") == [1])
    let rejection = #expect(throws: Rejection.self) { try tokenizer.encode("aa") }
    #expect(rejection?.rule.id == "K06")
  }

  @Test(arguments: ["bpe-bytes.model", "unigram.model", "gpt2.json", "llama2.json"])
  func `an id outside the vocabulary is not decoded`(name: String) throws {
    let tokenizer = try Tokenizers.open(path: Fixtures.path("tokenizers/accepts/\(name)"))
    for id in [-1, Int32(tokenizer.vocabularySize), .max] {
      let rejection = #expect(throws: Rejection.self) { try tokenizer.decode([id]) }
      #expect(rejection?.rule.id == "K05")
    }
  }
}
