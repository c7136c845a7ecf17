extension SentencePieceTokenizer {
  /// The best way to reach a place in the text.
  private struct Step {
    var score: Float = 0
    var start: Int32 = -1
    var id: Int32 = -1

    /// Takes a way that is better, or the first; of equals the first stays.
    mutating func improve(_ candidate: Float, from start: Int, id: Int32) {
      guard self.start < 0 || candidate > score else { return }
      score = candidate
      self.start = Int32(start)
      self.id = id
    }
  }

  /// Cuts into the likeliest sequence of pieces (Viterbi).
  func likeliestPieces(_ text: [UInt8]) -> [Int32] {
    guard !text.isEmpty else { return [] }
    var steps = [Step](repeating: Step(), count: text.count + 1)
    var start = 0
    while start < text.count {
      let length = announcedLength(text, at: start)
      let reached = steps[start].score
      if !improve(&steps, text, from: start, characterLength: length) {
        steps[start + length].improve(
          scores.unknown + reached, from: start, id: vocabulary.unknown)
      }
      start += length
    }
    return ids(steps, text)
  }

  /// Tries every piece that begins at `start`; whether one is just the character there.
  private func improve(
    _ steps: inout [Step], _ text: [UInt8], from start: Int, characterLength: Int
  ) -> Bool {
    let reached = steps[start].score
    var coversCharacter = false
    var node = PrefixTrie.root
    for index in start..<text.count {
      node = vocabulary.trie.child(of: node, text[index])
      if node < 0 { break }
      let id = vocabulary.trie.value(at: node)
      guard id >= 0, model.pieces[Int(id)].kind != .unused else { continue }
      let length = index + 1 - start
      let score = scores.score(of: model.pieces[Int(id)], byteCount: length)
      steps[index + 1].improve(score + reached, from: start, id: id)
      if length == characterLength { coversCharacter = true }
    }
    return coversCharacter
  }

  private func ids(_ steps: [Step], _ text: [UInt8]) -> [Int32] {
    var path: [(id: Int32, range: Range<Int>)] = []
    var end = text.count
    while end > 0, steps[end].start >= 0 {
      path.append((steps[end].id, Int(steps[end].start)..<end))
      end = Int(steps[end].start)
    }
    var output = Output(vocabulary)
    for step in path.reversed() { output.append(step.id, text, step.range) }
    return output.ids
  }
}

/// What the pieces of a unigram model are worth, in the precision that the library uses.
struct UnigramScores: Sendable {
  private let highest: Float
  /// The score of a character that no piece covers.
  let unknown: Float

  init(_ pieces: [SentencePieceModel.Piece]) {
    var lowest = Float.greatestFiniteMagnitude
    var highest = Float.leastNormalMagnitude
    for piece in pieces where piece.kind == .normal {
      lowest = min(lowest, piece.score)
      highest = max(highest, piece.score)
    }
    self.highest = highest
    unknown = lowest - 10
  }

  func score(of piece: SentencePieceModel.Piece, byteCount: Int) -> Float {
    // A user-defined symbol is worth enough to win always.
    piece.kind == .userDefined
      ? Float(Double(Float(byteCount) * highest) - 0.1) : piece.score
  }
}
