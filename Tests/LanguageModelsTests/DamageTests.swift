import Diagnostics
import LanguageModels
import TestSupport
import Testing

/// Damaged tokenizers must be rejected or tokenize something, never trap.
struct DamageTests {
  static let names = [
    "bpe-identity.model", "bpe-unused.model", "unigram-bytes-identity.model", "gpt2.json",
    "llama2.json", "qwen2.json",
  ]
  static let text: [UInt8] = Array("  Don't the 12 naïve\r\n日本 \u{2581}x".utf8) + [0xff, 0, 0x61]

  @Test(arguments: names)
  func `a tokenizer with one byte changed is read or rejected`(name: String) throws {
    let original = try Fixtures.bytes("tokenizers/accepts/\(name)")
    for (index, position) in positions(in: original).enumerated() {
      var bytes = original
      bytes[position] ^= [0x01, 0x80, 0xff, 0x10][index % 4]
      use(bytes)
    }
  }

  @Test(arguments: names)
  func `a tokenizer cut short is read or rejected`(name: String) throws {
    let original = try Fixtures.bytes("tokenizers/accepts/\(name)")
    for count in positions(in: original) { use(Array(original[..<count])) }
  }

  /// The model's first and last bytes, where its settings are, and samples between.
  private func positions(in bytes: [UInt8]) -> [Int] {
    let count = bytes.count
    return Array(0..<12) + Array(stride(from: 12, to: count, by: count / 12))
      + Array((count - 12)..<count)
  }

  @Test func `a character map with one byte changed still rewrites text to something`() throws {
    let original = try Fixtures.bytes("tokenizers/accepts/unigram.model")
    // The map is the last large field; its trie begins some 240,000 bytes before the end.
    for position in stride(from: original.count - 236_000, to: original.count, by: 39_001) {
      var bytes = original
      bytes[position] ^= 0xff
      use(bytes)
    }
  }

  private func use(_ bytes: [UInt8]) {
    do throws(Rejection) {
      let tokenizer = try Tokenizers.open(bytes.span.bytes)
      let ids = try tokenizer.encode(Self.text.span.bytes)
      #expect(ids.allSatisfy { $0 >= 0 && $0 < tokenizer.vocabularySize })
      _ = try tokenizer.decode(ids)
    } catch {}
  }
}
