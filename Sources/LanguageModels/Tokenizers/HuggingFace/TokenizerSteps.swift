internal import Diagnostics

/// How a tokenizer.json rewrites text before anything else.
enum NormalizerStep: Sendable {
  /// Unicode's composed form.
  case nfc
  /// Puts a text before one that is not empty.
  case prepend([UInt8])
  /// Replaces a text wherever it stands.
  case replace([UInt8], [UInt8])

  /// The rewritten text, cut where it grows beyond `limit`.
  func apply(to text: [UInt8], limit: Int) -> [UInt8] {
    switch self {
    case .nfc: composed(text)
    case .prepend(let prefix): text.isEmpty ? text : prefix + text
    case .replace(let pattern, let content): replacing(text, pattern, content, limit: limit)
    }
  }
}

extension [NormalizerStep] {
  /// The text after every step; throws K06 where they make it far longer, or longer than `limit`.
  func apply(
    to text: [UInt8], limit: Int = maximumTextByteCount
  ) throws(Rejection) -> [UInt8] {
    let limit = Swift.min(limit, rewrittenByteLimit(of: text.count))
    var text = text
    for step in self {
      text = step.apply(to: text, limit: limit)
      try requireTokenizable(byteCount: text.count, limit: limit)
    }
    return text
  }
}

/// How a tokenizer.json cuts text into words.
enum PreTokenizerStep: Sendable {
  /// Puts a space before each part that has none.
  case prefixSpace
  /// Cuts by a regular expression.
  case split(TextPattern)
  /// Cuts around each digit, or around runs of them.
  case digits(individually: Bool)
  /// Turns spaces into U+2581 and puts one in front.
  case metaspace(Metaspace)

  /// How spaces become U+2581.
  struct Metaspace: Sendable {
    /// Where one is put in front.
    enum Prepending: String, Sendable { case always, first, never }
    let mark: [UInt8]
    let prepending: Prepending
    let splits: Bool
  }

  /// The parts of a part; `isFirst` says that it begins the text.
  func apply(to text: [UInt8], isFirst: Bool) -> [[UInt8]] {
    switch self {
    case .prefixSpace: [text.first == UInt8(ascii: " ") ? text : [UInt8(ascii: " ")] + text]
    case .split(let pattern): parts(text, endingAt: pattern.cut(text))
    case .digits(let individually):
      parts(text, endingAt: digitCuts(text, individually: individually))
    case .metaspace(let metaspace): metaspace.apply(to: text, isFirst: isFirst)
    }
  }
}

extension PreTokenizerStep.Metaspace {
  fileprivate func apply(to text: [UInt8], isFirst: Bool) -> [[UInt8]] {
    // At most four bytes for each, which no limit cuts.
    var text = replacing(text, [UInt8(ascii: " ")], mark, limit: .max)
    let wants = prepending == .always || (prepending == .first && isFirst)
    if wants, !text.starts(with: mark) { text = mark + text }
    guard splits else { return [text] }
    var ends: [Int] = []
    var index = 0
    while index < text.count {
      if index > 0, text[index...].starts(with: mark) { ends.append(index) }
      index += announcedLength(text, at: index)
    }
    return parts(text, endingAt: ends + [text.count])
  }
}

/// How a tokenizer.json turns tokens into text.
enum DecoderStep: Sendable {
  /// Undoes the byte alphabet and joins the tokens.
  case byteLevel
  /// Replaces a text wherever it stands.
  case replace([UInt8], [UInt8])
  /// Joins runs of byte tokens.
  case byteFallback
  /// Joins all tokens.
  case fuse
  /// Takes a character away from both ends of each token, so many times at most.
  case strip(content: [UInt8], start: Int, stop: Int)
  /// Turns marks into spaces, except in the first token.
  case metaspace(PreTokenizerStep.Metaspace)

  /// The tokens' texts after this step, each cut where it grows beyond `limit`.
  func apply(to tokens: [[UInt8]], limit: Int) -> [[UInt8]] {
    switch self {
    case .byteLevel: [repaired(tokens.flatMap(Self.undoingAlphabet))]
    case .replace(let pattern, let content):
      tokens.map { replacing($0, pattern, content, limit: limit) }
    case .byteFallback: Self.joiningBytes(tokens)
    case .fuse: [Array(tokens.joined())]
    case .strip(let content, let start, let stop):
      tokens.map { Self.stripped($0, content, start: start, stop: stop) }
    case .metaspace(let metaspace):
      tokens.enumerated().map { index, token in
        let isDropped = index == 0 && metaspace.prepending != .never
        let space = isDropped ? [] : [UInt8(ascii: " ")]
        return replacing(token, metaspace.mark, space, limit: limit)
      }
    }
  }

  private static func undoingAlphabet(_ token: [UInt8]) -> [UInt8] {
    ByteAlphabet.bytes(of: String(decoding: token, as: UTF8.self)) ?? token
  }

  private static func joiningBytes(_ tokens: [[UInt8]]) -> [[UInt8]] {
    var result: [[UInt8]] = []
    var bytes: [UInt8] = []
    func flush() {
      guard !bytes.isEmpty else { return }
      let isValid = repaired(bytes) == bytes
      result += isValid ? [bytes] : Array(repeating: replacementCharacter, count: bytes.count)
      bytes = []
    }
    for token in tokens {
      if let byte = looseByteValue(ofToken: token) {
        bytes.append(byte)
      } else {
        flush()
        result.append(token)
      }
    }
    flush()
    return result
  }

  private static func stripped(
    _ token: [UInt8], _ content: [UInt8], start: Int, stop: Int
  ) -> [UInt8] {
    var rest = token[...]
    for _ in 0..<start where rest.starts(with: content) { rest = rest.dropFirst(content.count) }
    for _ in 0..<stop where rest.suffix(content.count).elementsEqual(content) {
      rest = rest.dropLast(content.count)
    }
    return Array(rest)
  }
}

/// The byte of `<0x0a>` in either case, as the tokenizers library takes it.
private func looseByteValue(ofToken token: [UInt8]) -> UInt8? {
  guard token.count == 6, token.starts(with: "<0x".utf8), token[5] == UInt8(ascii: ">") else {
    return nil
  }
  return UInt8(String(decoding: token[3..<5], as: UTF8.self), radix: 16)
}
