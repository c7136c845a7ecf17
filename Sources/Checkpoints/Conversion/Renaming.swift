/// A change to names, written `s/PATTERN/REPLACEMENT/FLAGS` as for `sed -E`.
public struct Renaming: Sendable {
  /// A part of the replacement.
  private enum Part {
    case literal(String)
    /// What a group matched; group 0 is the whole match.
    case group(Int)
  }

  // Compiled once and only read since; matching keeps its state outside of the value.
  nonisolated(unsafe) private let regex: Regex<AnyRegexOutput>
  private let replacement: [Part]
  private let isGlobal: Bool

  /// Parses `s/PATTERN/REPLACEMENT/FLAGS`; any character may stand for the slash, and a backslash
  /// before it makes it an ordinary one. In the replacement `&` is the whole match and `\1` to
  /// `\9` what the groups matched; the flag `g` changes every match, `i` ignores case.
  ///
  /// Nil if the text is not of that form or the pattern is no regular expression.
  public init?(_ text: String) {
    guard text.first == "s", let separator = text.dropFirst().first, separator != "\\" else {
      return nil
    }
    let parts = Self.split(text.dropFirst(2), at: separator)
    guard parts.count == 3, !parts[0].isEmpty, parts[2].allSatisfy({ "gi".contains($0) }),
      let regex = try? Regex(parts[0]), let replacement = Self.parts(of: parts[1])
    else { return nil }
    let exact = regex.matchingSemantics(.unicodeScalar)
    unsafe self.regex = parts[2].contains("i") ? exact.ignoresCase() : exact
    self.replacement = replacement
    isGlobal = parts[2].contains("g")
  }

  /// `name` with the first match replaced, or every match if the flag `g` was given.
  public func applied(to name: String) -> String {
    var text = ""
    var position = name.startIndex
    var lastEnd: String.Index?
    for match in unsafe isGlobal ? name.matches(of: regex) : first(in: name) {
      // As in sed, nothing is found where the match before ended: s/.*/x/g gives one x.
      if match.range.isEmpty, match.range.lowerBound == lastEnd { continue }
      text += name[position..<match.range.lowerBound] + expansion(of: match)
      position = match.range.upperBound
      lastEnd = position
    }
    return text + name[position...]
  }

  private func first(in name: String) -> [Regex<AnyRegexOutput>.Match] {
    unsafe name.firstMatch(of: regex).map { [$0] } ?? []
  }

  private func expansion(of match: Regex<AnyRegexOutput>.Match) -> String {
    replacement.map { part in
      switch part {
      case .literal(let text): text
      case .group(let number):
        number < match.output.count ? String(match.output[number].substring ?? "") : ""
      }
    }.joined()
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
