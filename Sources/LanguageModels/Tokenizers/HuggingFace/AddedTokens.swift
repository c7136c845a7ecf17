/// A token that is found in text before anything else cuts it.
struct AddedToken: Sendable {
  let id: Int32
  let content: [UInt8]
  /// Whether decoding leaves it out.
  var isSpecial = false
  /// Whether it is looked for after normalization.
  var isNormalized = false
  /// Whether it takes the white space before it, and after it.
  var stripsLeft = false
  var stripsRight = false
  /// Whether it must not touch letters.
  var isSingleWord = false
}

/// Added tokens and where they stand in a text, as the tokenizers library finds them.
struct AddedTokens: Sendable {
  /// A part of a text: a token, or text between tokens.
  struct Part {
    let token: Int32?
    let range: Range<Int>
  }

  private var trie = PrefixTrie()
  private var tokens: [AddedToken] = []

  /// Adds a token that is found as `pattern`; one that is found as nothing never is.
  mutating func insert(_ token: AddedToken, pattern: [UInt8]) {
    guard !pattern.isEmpty else { return }
    trie.insert(pattern, value: Int32(tokens.count))
    tokens.append(token)
  }

  /// The tokens in a text and what is between them.
  func split(_ text: [UInt8]) -> [Part] {
    guard !trie.isEmpty else { return [Part(token: nil, range: 0..<text.count)] }
    var parts: [Part] = []
    var covered = 0
    var index = 0
    var blanks = BlankRun()
    while index < text.count {
      guard let match = trie.longestMatch(in: text, at: index) else {
        index += 1
        continue
      }
      let token = tokens[Int(match.value)]
      var range = index..<(index + match.length)
      index = range.upperBound
      if token.isSingleWord, touchesWord(text, range) { continue }
      if token.stripsLeft {
        range = min(max(blankStart(text, range.lowerBound, covered), covered), index)..<index
      }
      if token.stripsRight { range = range.lowerBound..<blanks.end(text, range.upperBound) }
      if covered < range.lowerBound {
        parts.append(Part(token: nil, range: covered..<range.lowerBound))
      }
      parts.append(Part(token: token.id, range: range))
      covered = range.upperBound
    }
    if covered < text.count { parts.append(Part(token: nil, range: covered..<text.count)) }
    return parts
  }

  private func touchesWord(_ text: [UInt8], _ range: Range<Int>) -> Bool {
    let before = scalar(text, endingAt: range.lowerBound)
    let after = scalar(text, at: range.upperBound)
    return [before, after].contains { $0.map(isWordCharacter) ?? false }
  }

  /// Where the white space begins that ends at `end`, no earlier than `limit`.
  private func blankStart(_ text: [UInt8], _ end: Int, _ limit: Int) -> Int {
    var start = end
    while start > limit, let scalar = scalar(text, endingAt: start), scalar.properties.isWhitespace
    {
      start -= UTF8.width(scalar)
    }
    return start
  }
}

/// The end of white space, remembered so that no run is walked twice.
private struct BlankRun {
  private var start = 0
  private var knownEnd = 0

  mutating func end(_ text: [UInt8], _ position: Int) -> Int {
    if (start...knownEnd).contains(position), knownEnd > position { return knownEnd }
    start = position
    knownEnd = position
    while let scalar = scalar(text, at: knownEnd), scalar.properties.isWhitespace {
      knownEnd += UTF8.width(scalar)
    }
    return knownEnd
  }
}

/// The character at `index` of a text in UTF-8; nil at the end.
private func scalar(_ text: [UInt8], at index: Int) -> Unicode.Scalar? {
  guard index < text.count else { return nil }
  let end = index + announcedLength(text, at: index)
  return String(decoding: text[index..<end], as: UTF8.self).unicodeScalars.first
}

/// The character that ends at `end`; nil at the start.
private func scalar(_ text: [UInt8], endingAt end: Int) -> Unicode.Scalar? {
  var start = end - 1
  while start > 0, text[start] & 0xc0 == 0x80, end - start < 4 { start -= 1 }
  return start < 0 ? nil : scalar(text, at: start)
}

/// What `\w` matches.
private func isWordCharacter(_ scalar: Unicode.Scalar) -> Bool {
  if scalar.properties.isAlphabetic || scalar.properties.isJoinControl { return true }
  switch scalar.properties.generalCategory {
  case .nonspacingMark, .spacingMark, .enclosingMark, .decimalNumber, .connectorPunctuation:
    return true
  default: return false
  }
}
