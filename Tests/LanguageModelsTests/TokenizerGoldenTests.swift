import LanguageModels
import TestSupport
import Testing

struct TokenizerGoldenTests {
  private static let models = [
    "bpe-bytes.model", "bpe-identity.model", "bpe-suffix.model", "bpe-unused.model",
    "unigram.model", "unigram-bytes-identity.model",
  ]

  @Test(arguments: models)
  func `a tokenizer gives the ids and the text that the reference library gives`(
    name: String
  ) throws {
    let golden = Golden(try Fixtures.bytes("tokenizers/accepts/\(name).golden"))
    let tokenizer = try openTokenizer(Fixtures.path("tokenizers/accepts/\(name)"))
    #expect(golden.lines.count >= 300)
    #expect(try golden.differences(from: tokenizer) == [])
  }
}
