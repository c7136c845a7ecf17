import LanguageModels
import TestSupport
import Testing

struct TokenizerGoldenTests {
  private static let models = [
    "bpe-bytes.model", "bpe-identity.model", "bpe-suffix.model", "bpe-unused.model",
    "unigram.model", "unigram-bytes-identity.model", "gpt2.json", "llama2.json", "llama3.json",
    "mistral.json", "qwen2.json",
  ]

  @Test(arguments: models)
  func `a tokenizer gives the ids and the text that the reference library gives`(
    name: String
  ) throws {
    let golden = Golden(try Fixtures.bytes("tokenizers/accepts/\(name).golden"))
    let tokenizer = try Tokenizers.open(path: Fixtures.path("tokenizers/accepts/\(name)"))
    #expect(golden.lines.count >= 300)
    #expect(try golden.differences(from: tokenizer) == [])
  }

  @Test func `a text of ten times the length takes some ten times as long`() throws {
    let tokenizer = try Tokenizers.open(
      path: Fixtures.path("tokenizers/accepts/bpe-identity.model"))
    // A quadratic merger would need minutes for what takes a moment.
    let short = try duration(of: tokenizer, [UInt8](repeating: 0x61, count: 10_000))
    let long = try duration(of: tokenizer, [UInt8](repeating: 0x61, count: 100_000))
    #expect(long < short * 40)
  }

  private func duration(of tokenizer: any Tokenizer, _ text: [UInt8]) throws -> Duration {
    try ContinuousClock().measure { _ = try tokenizer.encode(text.span.bytes) }
  }

  @Test(arguments: [
    ("gpt2.json", [5, 6]), ("llama2.json", [1, 5, 6]), ("llama3.json", [501, 5, 6]),
  ])
  func `the post-processor puts the special tokens around a text that the file names`(
    name: String, framed: [Int32]
  ) throws {
    let tokenizer = try HuggingFaceTokenizer(path: Fixtures.path("tokenizers/accepts/\(name)"))
    #expect(tokenizer.framed([5, 6]) == framed)
  }
}
