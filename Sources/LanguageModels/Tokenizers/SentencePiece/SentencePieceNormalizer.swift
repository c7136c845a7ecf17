/// Rewrites text before it is cut into pieces, as SentencePiece's `Normalizer` does.
struct SentencePieceNormalizer: Sendable {
  let options: SentencePieceModel.Normalization
  let treatsSpaceAsSuffix: Bool
  let characterMap: CharacterMap?
  /// Symbols that nothing rewrites.
  let userSymbols: PrefixTrie

  private static let space = UInt8(ascii: " ")
  private static let spaces: ArraySlice<UInt8> = [space]

  private var mark: [UInt8] { options.escapesSpaces ? spaceMark : [Self.space] }

  /// The rewritten text.
  func normalize(_ text: [UInt8]) -> [UInt8] {
    var position = options.removesExtraSpaces ? firstContent(text) : 0
    guard position < text.count else { return [] }
    var result: [UInt8] = []
    result.reserveCapacity(text.count + text.count / 2 + 8)
    if options.addsDummyPrefix, !treatsSpaceAsSuffix { result += mark }
    var followsSpace = options.removesExtraSpaces
    let limit = rewrittenByteLimit(of: text.count)
    while position < text.count, result.count <= limit {
      var (length, content) = step(text, at: position)
      position += length
      if followsSpace { content = content.drop { $0 == Self.space } }
      if let last = content.last {
        append(content, to: &result)
        followsSpace = options.removesExtraSpaces && last == Self.space
      }
    }
    // A table can make a text a thousand times longer; the caller refuses what is cut here.
    guard result.count <= limit else { return result }
    if options.removesExtraSpaces { trimEnd(&result) }
    if options.addsDummyPrefix, treatsSpaceAsSuffix { result += mark }
    return result
  }

  /// Where the text begins that is not rewritten to a single space.
  private func firstContent(_ text: [UInt8]) -> Int {
    var position = 0
    while position < text.count {
      let (length, content) = step(text, at: position)
      guard content == Self.spaces else { break }
      position += length
    }
    return position
  }

  /// How many bytes are rewritten at once, and to what.
  private func step(
    _ text: [UInt8], at position: Int
  ) -> (length: Int, content: ArraySlice<UInt8>) {
    if !userSymbols.isEmpty, let symbol = userSymbols.longestMatch(in: text, at: position) {
      return (symbol.length, text[position..<(position + symbol.length)])
    }
    if let characterMap, let match = characterMap.match(text, at: position) {
      return (match.length, match.replacement)
    }
    guard let length = utf8Length(text, at: position) else { return (1, replacementCharacter[...]) }
    return (length, text[position..<(position + length)])
  }

  private func append(_ content: ArraySlice<UInt8>, to result: inout [UInt8]) {
    guard options.escapesSpaces, content.contains(Self.space) else {
      result += content
      return
    }
    for byte in content {
      if byte == Self.space { result += spaceMark } else { result.append(byte) }
    }
  }

  private func trimEnd(_ result: inout [UInt8]) {
    let mark = mark
    while result.count >= mark.count, result.suffix(mark.count).elementsEqual(mark) {
      result.removeLast(mark.count)
    }
  }
}
