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
    guard let matter = Self.cut(lines[...]).matter else {
      (json, error) = (.null, lines.first == "---" ? "the front matter does not end" : nil)
      return
    }
    // The fence is the first line of the card.
    let text = "\n" + matter.joined(separator: "\n")
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

  /// The lines of the front matter, nil without a whole one, and those below it.
  static func cut(
    _ lines: ArraySlice<Substring>
  ) -> (matter: ArraySlice<Substring>?, body: ArraySlice<Substring>) {
    guard lines.first == "---", let end = lines.dropFirst().firstIndex(of: "---") else {
      return (nil, lines)
    }
    return (lines[(lines.startIndex + 1)..<end], lines[(end + 1)...])
  }
}
