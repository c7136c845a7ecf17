/// Characters of a text with their classes, and the matches that begin at them.
///
/// Indices count characters. Alternatives are tried in the order of the pattern, as in any
/// backtracking engine.
struct TextScanner {
  /// What the patterns tell apart.
  enum Class: UInt8 {
    case letter, digit, newline, space, other
  }

  private var classes: [Class] = []
  private var scalars: [Unicode.Scalar] = []
  /// Where each character begins in the text, and where the text ends.
  private(set) var offsets: [Int] = []

  /// Classifies the characters of a text in UTF-8.
  init(_ text: [UInt8]) {
    classes.reserveCapacity(text.count)
    scalars.reserveCapacity(text.count)
    offsets.reserveCapacity(text.count + 1)
    var offset = 0
    for scalar in String(decoding: text, as: UTF8.self).unicodeScalars {
      scalars.append(scalar)
      classes.append(Self.class(of: scalar))
      offsets.append(offset)
      offset += UTF8.width(scalar)
    }
    offsets.append(offset)
  }

  /// How many characters there are.
  var count: Int { scalars.count }

  private static func `class`(of scalar: Unicode.Scalar) -> Class {
    switch scalar {
    case "a"..."z", "A"..."Z": return .letter
    case "0"..."9": return .digit
    case "\r", "\n": return .newline
    case " ", "\t", "\u{b}", "\u{c}": return .space
    case "\u{0}"..."\u{7f}": return .other
    default: break
    }
    if scalar.properties.isWhitespace { return .space }
    switch scalar.properties.generalCategory {
    case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter:
      return .letter
    case .decimalNumber, .letterNumber, .otherNumber: return .digit
    default: return .other
    }
  }

  private func has(_ kind: Class, at index: Int) -> Bool {
    index < count && classes[index] == kind
  }

  private func isBlank(_ index: Int) -> Bool {
    has(.space, at: index) || has(.newline, at: index)
  }

  /// The end of the run of a class that begins at `index`.
  private func end(of kind: Class, from index: Int) -> Int {
    var end = index
    while has(kind, at: end) { end += 1 }
    return end
  }

  /// The end of `'s`, `'ll` and the like; nil where there is none.
  private func contraction(from index: Int, ignoringCase: Bool) -> Int? {
    guard scalars[index] == "'", index + 1 < count else { return nil }
    let first = letter(index + 1, ignoringCase)
    if ["s", "t", "m", "d"].contains(first) { return index + 2 }
    guard index + 2 < count else { return nil }
    switch (first, letter(index + 2, ignoringCase)) {
    case ("r", "e"), ("v", "e"), ("l", "l"): return index + 3
    default: return nil
    }
  }

  private func letter(_ index: Int, _ ignoringCase: Bool) -> Unicode.Scalar {
    let scalar = scalars[index]
    guard ignoringCase else { return scalar }
    switch scalar {
    case "A"..."Z": return Unicode.Scalar(UInt8(truncatingIfNeeded: scalar.value | 0x20))
    // The long s folds to s, as no other character does to one of these letters.
    case "\u{17f}": return "s"
    default: return scalar
    }
  }

  /// The end of GPT-2's match at `index`.
  func gpt2Match(from index: Int) -> Int {
    if let end = contraction(from: index, ignoringCase: false) { return end }
    let start = scalars[index] == " " ? index + 1 : index
    if start < count, !isBlank(start) { return end(of: classes[start], from: start) }
    return blanks(from: index)
  }

  /// The end of cl100k's match at `index`, with at most `digits` digits together.
  func cl100kMatch(from index: Int, digits: Int) -> Int {
    if let end = contraction(from: index, ignoringCase: true) { return end }
    let isPlain = has(.space, at: index) || has(.other, at: index)
    let wordStart = isPlain ? index + 1 : index
    if has(.letter, at: wordStart) { return end(of: .letter, from: wordStart) }
    if has(.digit, at: index) { return min(end(of: .digit, from: index), index + digits) }
    let start = scalars[index] == " " ? index + 1 : index
    if has(.other, at: start) {
      return end(of: .newline, from: end(of: .other, from: start))
    }
    if let newline = lastNewline(from: index) { return newline + 1 }
    return blanks(from: index)
  }

  /// The last line break of the white space that begins at `index`.
  private func lastNewline(from index: Int) -> Int? {
    var last: Int?
    var position = index
    while isBlank(position) {
      if classes[position] == .newline { last = position }
      position += 1
    }
    return last
  }

  /// `\s+(?!\S)|\s+`: white space, without its last character where something follows.
  private func blanks(from index: Int) -> Int {
    var end = index
    while isBlank(end) { end += 1 }
    return end == count || end == index + 1 ? end : end - 1
  }
}
