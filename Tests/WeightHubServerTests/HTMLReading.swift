/// The tags of a page as a browser finds them (the tokenizer of the HTML standard, 13.2.5, as far as
/// pages of ours go): a quote that is not escaped ends an attribute here as it does there.
struct HTMLReading {
  /// The names of the elements that begin.
  private(set) var elements: [String] = []
  /// Their attributes.
  private(set) var attributes: [(name: String, value: String)] = []
  private var rest: Substring

  init(_ html: String) {
    rest = html[...]
    while let start = rest.firstIndex(of: "<") {
      rest = rest[rest.index(after: start)...]
      // An end tag, a declaration, or a `<` that begins nothing.
      guard rest.first?.isLetter == true else { continue }
      elements.append(word { $0 == ">" || $0 == "/" || $0.isWhitespace }.lowercased())
      readAttributes()
    }
  }

  private mutating func readAttributes() {
    while true {
      _ = word { !$0.isWhitespace && $0 != "/" }
      guard let next = rest.first, next != ">" else { return }
      // A sign of equality at its beginning is a part of the name.
      let first = String(rest.removeFirst())
      let name = first + word { $0 == ">" || $0 == "/" || $0 == "=" || $0.isWhitespace }
      attributes.append((name.lowercased(), rest.first == "=" ? value() : ""))
    }
  }

  private mutating func value() -> String {
    rest.removeFirst()
    guard let quote = rest.first, quote == "\"" || quote == "'" else {
      return word { $0 == ">" || $0.isWhitespace }
    }
    rest.removeFirst()
    let value = word { $0 == quote }
    rest = rest.dropFirst()
    return value
  }

  /// Takes what comes before a character that ends it.
  private mutating func word(until isEnd: (Character) -> Bool) -> String {
    let word = rest.prefix { !isEnd($0) }
    rest = rest.dropFirst(word.count)
    return String(word)
  }
}
