internal import Diagnostics
internal import JSON
internal import YAML

/// What stands between the lines `---` at the top of a card.
struct FrontMatter {
  /// The values; null where there are none.
  let json: JSONValue
  /// What is wrong with it.
  let error: String?

  /// The front matter of a card.
  init(of card: String) {
    let lines = card.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
    guard lines.first == "---" else {
      (json, error) = (.null, nil)
      return
    }
    guard let end = lines.dropFirst().firstIndex(of: "---") else {
      (json, error) = (.null, "the front matter does not end")
      return
    }
    let text = lines[1..<end].joined(separator: "\n")
    guard text.contains(where: { !$0.isWhitespace }) else {
      (json, error) = (.null, nil)
      return
    }
    do throws(Rejection) {
      json = try YAMLDocument(text, under: WeightHubServerRules.card).json
      error = json.members == nil ? "the front matter has no keys" : nil
    } catch {
      (json, self.error) = (.null, error.message)
    }
  }
}
