internal import JSON
internal import Pages

/// What the front matter of a card says, in one line for each key.
struct CardFacts {
  let facts: [SiteParts.Fact]

  private static let mostKeys = 40
  private static let longest = 300

  init(_ json: JSONValue) {
    facts = (json.members ?? []).prefix(Self.mostKeys).map { member in
      SiteParts.Fact(Self.cut(member.key), Self.text(of: member.value))
    }
  }

  private static func text(of value: JSONValue) -> String {
    switch value {
    case .string(let text): return cut(text)
    case .array(let elements):
      let texts = elements.prefix(30).map { $0.string ?? $0.text() }
      return cut(texts.joined(separator: ", "))
    case .null: return "—"
    default: return cut(value.text())
    }
  }

  private static func cut(_ text: String) -> String {
    text.count > longest ? String(text.prefix(longest)) + "…" : text
  }
}
