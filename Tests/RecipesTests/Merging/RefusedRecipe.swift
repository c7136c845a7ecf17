import TestSupport
import Testing

/// A recipe that is refused: its text, the rule, the line that is named, and a text of the message.
struct RefusedRecipe: CustomTestStringConvertible, Sendable {
  let text: String
  let rule: String
  let line: Int
  /// Whether it is about state dicts.
  let isRaw: Bool
  let word: String

  var testDescription: String { "\(rule) \(line) \(word): \(text.debugDescription)" }

  /// Those of the fixtures.
  static let all: [RefusedRecipe] = {
    let bytes = (try? Fixtures.bytes("merging/refused.txt")) ?? []
    return "\n\(String(decoding: bytes, as: UTF8.self))".split(separator: "\n== ").dropFirst()
      .compactMap(RefusedRecipe.init)
  }()

  /// Reads what follows the signs of equality.
  private init?(_ section: Substring) {
    let lines = section.split(separator: "\n", omittingEmptySubsequences: false)
    let parts = lines[0].split(separator: "| ", maxSplits: 1, omittingEmptySubsequences: false)
    let words = parts[0].split(separator: " ")
    guard parts.count == 2, words.count >= 2, let line = Int(words[1]) else { return nil }
    (rule, self.line, isRaw) = (String(words[0]), line, words.last == "raw")
    word = String(parts[1])
    text = lines.dropFirst().filter { !$0.hasPrefix("# ") }.joined(separator: "\n")
  }
}
