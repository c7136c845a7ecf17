extension SentencePieceTokenizer {
  /// Cuts by byte pair encoding.
  func mergedPieces(_ text: [UInt8]) -> [Int32] {
    var merger = PairMerger()
    var position = 0
    while position < text.count {
      let symbol =
        vocabulary.userSymbols.isEmpty
        ? nil : vocabulary.userSymbols.longestMatch(in: text, at: position)
      let length = symbol?.length ?? announcedLength(text, at: position)
      merger.append(
        start: position, length: length, id: symbol == nil ? -1 : PieceMerges.frozen)
      position += length
    }
    var rules = PieceMerges(text: text, vocabulary: vocabulary, pieces: model.pieces)
    merger.run(&rules)
    var output = Output(vocabulary)
    for symbol in merger.symbols where symbol.length > 0 {
      let start = Int(symbol.start)
      append(start..<(start + Int(symbol.length)), of: text, rules, to: &output)
    }
    return output.ids
  }

  /// Adds a part of the text, cut again where its piece is unused.
  private func append(
    _ range: Range<Int>, of text: [UInt8], _ rules: PieceMerges, to output: inout Output
  ) {
    var pending = [range]
    while let part = pending.popLast() {
      let id = vocabulary.id(of: text, part)
      if model.pieces[Int(id)].kind == .unused, let length = rules.splits[id] {
        let middle = part.lowerBound + Int(length)
        pending.append(middle..<part.upperBound)
        pending.append(part.lowerBound..<middle)
      } else {
        output.append(id, text, part)
      }
    }
  }
}

/// Merges whatever neighbours are a piece together.
private struct PieceMerges: MergeRules {
  /// The id of a symbol that is never merged.
  static let frozen: Int32 = -2

  let text: [UInt8]
  let vocabulary: SentencePieceVocabulary
  let pieces: [SentencePieceModel.Piece]
  /// For each unused piece, the length of the left part of the pair last seen.
  var splits: [Int32: Int32] = [:]

  init(
    text: [UInt8], vocabulary: SentencePieceVocabulary, pieces: [SentencePieceModel.Piece]
  ) {
    self.text = text
    self.vocabulary = vocabulary
    self.pieces = pieces
  }

  mutating func merge(_ left: MergeSymbol, _ right: MergeSymbol) -> Merge? {
    guard left.id != Self.frozen, right.id != Self.frozen else { return nil }
    let start = Int(left.start)
    let end = start + Int(left.length) + Int(right.length)
    guard end - start <= SentencePieceModel.maximumPieceByteCount else { return nil }
    let id = vocabulary.textPieces.id(of: text, start..<end)
    guard id >= 0 else { return nil }
    if pieces[Int(id)].kind == .unused { splits[id] = left.length }
    return Merge(rank: vocabulary.ranks[Int(id)], id: id)
  }
}
