internal import Diagnostics
internal import JSON

extension DescriptionNode {
  /// The rewriting that a normalizer asks for; throws K08 for one that is not implemented.
  func normalizerStep() throws(Rejection) -> NormalizerStep {
    switch try required("type").text() {
    case "NFC": return .nfc
    case "Prepend": return .prepend(Array(try required("prepend").text().utf8))
    case "Replace":
      return .replace(try literalPattern(), Array(try required("content").text().utf8))
    case let type: throw unsupported("the normalizer \(type)")
    }
  }

  /// The text of a pattern that is no regular expression.
  private func literalPattern() throws(Rejection) -> [UInt8] {
    let pattern = try required("pattern")
    guard let literal = pattern.optional("String") else {
      throw unsupported("a regular expression to replace")
    }
    return Array(try literal.text().utf8)
  }

  /// The cutting that a pre-tokenizer asks for, but for its byte alphabet.
  func preTokenizerSteps() throws(Rejection) -> [PreTokenizerStep] {
    switch try required("type").text() {
    case "ByteLevel":
      let prefix: [PreTokenizerStep] = try flag("add_prefix_space", true) ? [.prefixSpace] : []
      return prefix + (try flag("use_regex", true) ? [.split(.gpt2)] : [])
    case "Split": return [.split(try splitPattern())]
    case "Digits": return [.digits(individually: try flag("individual_digits"))]
    case "Metaspace": return [.metaspace(try metaspace())]
    case let type: throw unsupported("the pre-tokenizer \(type)")
    }
  }

  private func splitPattern() throws(Rejection) -> TextPattern {
    let node = try required("pattern")
    guard let source = try node.optional("Regex")?.text() else {
      throw node.unsupported("a pattern that is no regular expression")
    }
    guard let pattern = TextPattern(source) else {
      throw node.unsupported("the regular expression \(source.debugDescription)")
    }
    // The known patterns leave no gaps, so that both ways to write it cut alike.
    let behavior = try required("behavior").text()
    switch (behavior, try flag("invert")) {
    case ("Isolated", _), ("Removed", true): return pattern
    case (_, let inverts): throw unsupported("splitting \(behavior), inverted: \(inverts)")
    }
  }

  /// How spaces are marked, in either of the two forms that files have.
  func metaspace() throws(Rejection) -> PreTokenizerStep.Metaspace {
    let mark = try optional("replacement")?.text() ?? "\u{2581}"
    let prepends = try flag("add_prefix_space", true)
    let scheme = try optional("prepend_scheme")?.text() ?? (prepends ? "always" : "never")
    guard let prepending = PreTokenizerStep.Metaspace.Prepending(rawValue: scheme) else {
      throw unsupported("the prepend scheme \(scheme)")
    }
    guard mark.unicodeScalars.count == 1 else { throw damage("the replacement is no character") }
    return PreTokenizerStep.Metaspace(
      mark: Array(mark.utf8), prepending: prepending, splits: try flag("split", true))
  }

  /// What a decoder does; throws K08 for one that is not implemented.
  func decoderStep() throws(Rejection) -> DecoderStep {
    switch try required("type").text() {
    case "ByteLevel": return .byteLevel
    case "ByteFallback": return .byteFallback
    case "Fuse": return .fuse
    case "Metaspace": return .metaspace(try metaspace())
    case "Replace":
      return .replace(try literalPattern(), Array(try required("content").text().utf8))
    case "Strip":
      let content = Array(try required("content").text().utf8)
      guard !content.isEmpty else { throw damage("strips nothing") }
      return .strip(
        content: content, start: try Self.small(required("start")),
        stop: try Self.small(required("stop")))
    case let type: throw unsupported("the decoder \(type)")
    }
  }

  private static func small(_ node: DescriptionNode) throws(Rejection) -> Int {
    let count = try node.count()
    guard count <= 1024 else { throw node.unsupported("strips \(count) characters") }
    return count
  }
}
