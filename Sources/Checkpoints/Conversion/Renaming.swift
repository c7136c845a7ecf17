/// A change to names, written `s/PATTERN/REPLACEMENT/FLAGS` as for `sed -E`.
public struct Renaming: Sendable {
  /// A part of the replacement.
  private enum Part {
    case literal(String)
    /// What a group matched; group 0 is the whole match.
    case group(Int)

    /// The group that it needs.
    var groupNumber: Int { if case .group(let number) = self { number } else { 0 } }
  }

  private let pattern: ExtendedPattern
  private let replacement: [Part]
  private let isGlobal: Bool

  /// Parses `s/PATTERN/REPLACEMENT/FLAGS`; any character may stand for the slash, and a backslash
  /// before it makes it an ordinary one. In the replacement `&` is the whole match and `\1` to
  /// `\9` what the groups matched; the flag `g` changes every match, `i` ignores case.
  ///
  /// Nil if the text is not of that form, the pattern is no regular expression, or the replacement
  /// names a group that the pattern does not have.
  public init?(_ text: String) {
    guard text.first == "s", let separator = text.dropFirst().first, separator != "\\" else {
      return nil
    }
    let parts = Self.split(text.dropFirst(2), at: separator)
    guard parts.count == 3, !parts[0].isEmpty, parts[2].allSatisfy({ "gi".contains($0) }),
      let pattern = ExtendedPattern(parts[0], ignoresCase: parts[2].contains("i")),
      let replacement = Self.parts(of: parts[1]),
      replacement.allSatisfy({ $0.groupNumber <= pattern.groupCount })
    else { return nil }
    self.pattern = pattern
    self.replacement = replacement
    isGlobal = parts[2].contains("g")
  }

  /// `name` with the first match replaced, or every match if the flag `g` was given.
  public func applied(to name: String) -> String {
    let source = Array(name.utf8)
    var text: [UInt8] = []
    var (position, copied) = (0, 0)
    var lastEnd: Int?
    while position <= source.count, let match = pattern.firstMatch(in: source, from: position),
      let whole = match[0]
    {
      // As in sed, nothing is found where the match before ended: s/.*/x/g gives one x.
      if !whole.isEmpty || whole.lowerBound != lastEnd {
        text += source[copied..<whole.lowerBound] + expansion(of: match, in: source)
        (copied, lastEnd) = (whole.upperBound, whole.upperBound)
        guard isGlobal else { break }
      }
      position = whole.isEmpty ? Self.next(after: whole.upperBound, in: source) : whole.upperBound
    }
    return String(decoding: text + source[copied...], as: UTF8.self)
  }

  /// Where the character behind a position begins.
  private static func next(after position: Int, in source: [UInt8]) -> Int {
    var next = position + 1
    while next < source.count, source[next] & 0xC0 == 0x80 { next += 1 }
    return next
  }

  private func expansion(of match: [Range<Int>?], in source: [UInt8]) -> [UInt8] {
    replacement.flatMap { part -> [UInt8] in
      switch part {
      case .literal(let text): Array(text.utf8)
      case .group(let number): match[number].map { Array(source[$0]) } ?? []
      }
    }
  }
}

extension Renaming {
  /// The parts between separators that no backslash precedes.
  private static func split(_ text: Substring, at separator: Character) -> [String] {
    var parts = [""]
    var isEscaped = false
    for character in text {
      if isEscaped {
        parts[parts.count - 1] += character == separator ? "" : "\\"
        parts[parts.count - 1].append(character)
        isEscaped = false
      } else if character == "\\" {
        isEscaped = true
      } else if character == separator {
        parts.append("")
      } else {
        parts[parts.count - 1].append(character)
      }
    }
    if isEscaped { parts[parts.count - 1] += "\\" }
    return parts
  }

  private static func parts(of text: String) -> [Part]? {
    var parts: [Part] = []
    var isEscaped = false
    for character in text {
      if isEscaped, let group = character.wholeNumberValue {
        parts.append(.group(group))
        isEscaped = false
      } else if isEscaped {
        parts.append(.literal(String(character)))
        isEscaped = false
      } else if character == "\\" {
        isEscaped = true
      } else {
        parts.append(character == "&" ? .group(0) : .literal(String(character)))
      }
    }
    return isEscaped ? nil : parts
  }
}
