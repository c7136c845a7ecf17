import Diagnostics
import LanguageModels
import TestSupport
import Testing

struct ByteCountTests {
  /// Ids of the fixture: <unk> <s> </s> <pad> <cap> <up> " word " <0x00>…, then the merged pieces.
  private func counts() throws -> TokenByteCounts {
    try SentencePieceTokenizer(path: Fixtures.path("tokenizers/accepts/bpe-bytes.model")).byteCounts
  }

  @Test func `special pieces are boundaries of no bytes`() throws {
    let counts = try counts()
    #expect(counts.isBoundary[..<8] == [true, true, true, true, false, false, false, false])
    #expect(counts.baseByteCounts[..<8] == [0, 0, 0, 0, 5, 4, 6, 1])
  }

  @Test func `a leading space counts after text and not after a boundary`() throws {
    let counts = try counts()
    // 263 is "▁t", 265 is "he".
    #expect(counts.beginsWithSpace[263])
    #expect(try counts.byteCount(of: 263, after: 265) == 2)
    #expect(try counts.byteCount(of: 263, after: 1) == 1)
    #expect(try counts.byteCount(of: 265, after: 1) == 2)
    #expect(
      try counts.byteCount(ofTargetsIn: [1, 263, 265, 263, 7, 1, 265]) == 1 + 2 + 2 + 1 + 0 + 2)
  }

  @Test func `a token outside the vocabulary has no bytes to count`() throws {
    let counts = try counts()
    let rejection = #expect(throws: Rejection.self) {
      try counts.byteCount(ofTargetsIn: [1, 60_000])
    }
    #expect(rejection?.rule.id == "K05")
  }

  @Test(arguments: ["gpt2.json", "llama3.json"])
  func `the tokens of a byte alphabet have as many bytes as their text`(name: String) throws {
    let tokenizer = try HuggingFaceTokenizer(path: Fixtures.path("tokenizers/accepts/\(name)"))
    let text = "Don't know more than 12 naïve words; 日本語\r\n"
    let tokens = try tokenizer.encode(text)
    let sum = tokens.reduce(0) { $0 + Int(tokenizer.byteCounts.baseByteCounts[Int($1)]) }
    #expect(sum == text.utf8.count)
  }

  @Test(arguments: [0, 3, 4])
  func `a byte vocabulary gives every byte back`(specialCount: Int) throws {
    let tokenizer = ByteTokenizer(specialCount: specialCount)
    let bytes = Array(UInt8.min...UInt8.max)
    let tokens = tokenizer.encode(bytes.span.bytes)
    #expect(tokens.first == Int32(specialCount))
    #expect(try tokenizer.decode(tokens) == bytes)
    #expect(
      try tokenizer.byteCounts.byteCount(ofTargetsIn: tokens.map { UInt16($0) }) == 255)
  }

  @Test func `the vocabularies of bytes are known by their size, and no other is one`() {
    #expect(ByteTokenizer(vocabularySize: 256)?.specialCount == 0)
    #expect(ByteTokenizer(vocabularySize: 260)?.specialCount == 4)
    #expect([255, 257, 1024].allSatisfy { ByteTokenizer(vocabularySize: $0) == nil })
  }

  @Test func `special tokens of a tokenizer json have no bytes, other added tokens do`() throws {
    let file = """
      {"added_tokens": [{"id": 2, "content": "<s>", "special": true},
                        {"id": 3, "content": "naïve", "special": false}],
       "pre_tokenizer": {"type": "ByteLevel", "add_prefix_space": false, "use_regex": false},
       "model": {"type": "BPE", "vocab": {"a": 0, "ĠÃ¯": 1}, "merges": []}}
      """
    let counts = try Tokenizers.open(Array(file.utf8).span.bytes).byteCounts
    #expect(counts.baseByteCounts == [1, 3, 0, 6])
    #expect(counts.isBoundary == [false, false, true, false])
  }

  @Test(arguments: ["\n {\"a\": 1}", "{}", "{", "\t[1]", "", "\n{\nq"])
  func `a tokenizer is known by its content`(text: String) {
    let rejection = #expect(throws: Rejection.self) {
      try Tokenizers.open(Array(text.utf8).span.bytes)
    }
    let isObject = text.contains("{") && !text.contains("q")
    #expect(rejection?.rule.id == (isObject ? "K07" : "K01"))
  }

  @Test func `the specials of a byte vocabulary are no text`() throws {
    let tokenizer = ByteTokenizer(specialCount: 4)
    #expect(try tokenizer.decode([0, 69, 3]) == [65])
    #expect(throws: Rejection.self) { try tokenizer.decode([260]) }
  }
}
