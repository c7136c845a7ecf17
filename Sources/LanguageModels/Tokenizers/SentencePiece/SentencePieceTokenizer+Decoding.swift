public import Diagnostics

extension SentencePieceTokenizer {
  /// The text of the ids, as `DecodeIds` gives it; throws K05 for an id that does not exist.
  public func decode(_ tokens: [Int32]) throws(Rejection) -> [UInt8] {
    var text: [UInt8] = []
    var bytes: [UInt8] = []
    var expectsSpace = true
    var sawSpace = false
    for token in tokens {
      guard model.pieces.indices.contains(Int(token)) else {
        throw Rejection(
          LanguageModelRules.unknownToken, "token \(token) in a vocabulary of \(vocabularySize)")
      }
      let written = model.pieces[Int(token)].text
      // The library goes back through the text of the piece, where a special one takes precedence.
      let piece = model.pieces[Int(vocabulary.id(of: written, 0..<written.count))]
      if piece.kind == .byte, let byte = byteValue(ofPiece: piece.text) {
        bytes.append(byte)
        continue
      }
      flush(&bytes, to: &text)
      if sawSpace || !text.isEmpty { expectsSpace = false }
      sawSpace = append(piece, to: &text, atStart: expectsSpace)
    }
    flush(&bytes, to: &text)
    return denormalizer?.normalize(text) ?? text
  }

  /// Adds the text of a piece; whether it took the space that encoding puts before a text.
  private func append(
    _ piece: SentencePieceModel.Piece, to text: inout [UInt8], atStart: Bool
  ) -> Bool {
    switch piece.kind {
    case .control: return false
    case .unknown:
      text += model.unknownSurface
      return false
    case .normal, .userDefined, .unused, .byte: break
    }
    var rest = piece.text[...]
    var tookSpace = false
    let options = model.normalization
    if atStart, options.addsDummyPrefix || options.removesExtraSpaces, rest.starts(with: spaceMark)
    {
      rest = rest.dropFirst(spaceMark.count)
      // Where extra spaces are removed, every one at the start goes.
      tookSpace = !options.removesExtraSpaces
    }
    appendReplacingMarks(rest, to: &text)
    return tookSpace
  }

  /// Adds the bytes gathered so far; each that belongs to no character becomes U+FFFD.
  private func flush(_ bytes: inout [UInt8], to text: inout [UInt8]) {
    guard !bytes.isEmpty else { return }
    var index = 0
    while index < bytes.count {
      let length = utf8Length(bytes, at: index)
      text += length.map { bytes[index..<(index + $0)] } ?? replacementCharacter[...]
      index += length ?? 1
    }
    bytes.removeAll(keepingCapacity: true)
  }
}

/// Adds a piece with its marks turned into spaces.
func appendReplacingMarks(_ piece: ArraySlice<UInt8>, to text: inout [UInt8]) {
  var index = piece.startIndex
  while index < piece.endIndex {
    if piece[index...].starts(with: spaceMark) {
      text.append(UInt8(ascii: " "))
      index += spaceMark.count
    } else {
      text.append(piece[index])
      index += 1
    }
  }
}
