internal import Diagnostics

/// The pieces of a model, checked and made ready to be looked up.
struct SentencePieceVocabulary: Sendable {
  /// Pieces that text is cut into: normal, user-defined and unused ones.
  private(set) var textPieces: ByteStringTable
  /// Pieces that stand for something else: control, unknown and byte pieces.
  private var reserved: ByteStringTable
  /// The user-defined symbols.
  private(set) var userSymbols = PrefixTrie()
  /// The piece that stands for what no piece covers.
  private(set) var unknown: Int32 = -1
  /// The pieces of the 256 bytes; empty without byte fallback.
  private(set) var bytePieces: [Int32] = []
  /// The text pieces as a trie, for unigram models.
  private(set) var trie = PrefixTrie()
  /// The order in which merges into each piece are made: equal scores have equal ranks.
  private(set) var ranks: [Int32] = []

  /// Checks the pieces as the library does; throws K02.
  init(_ model: SentencePieceModel) throws(Rejection) {
    textPieces = ByteStringTable(capacity: model.pieces.count)
    reserved = ByteStringTable(capacity: 300)
    if model.hasByteFallback { bytePieces = Array(repeating: -1, count: 256) }
    for (index, piece) in model.pieces.enumerated() {
      do throws(Rejection) {
        try add(piece, Int32(index), model)
      } catch {
        throw error.inside(Place(member: "piece \(index)"))
      }
    }
    guard unknown >= 0 else { throw Self.contradiction("no piece stands for what is unknown") }
    if let byte = bytePieces.firstIndex(of: -1) {
      throw Self.contradiction("byte fallback without a piece for the byte \(byte)")
    }
    if model.algorithm == .bpe { rank(model.pieces) }
  }

  private mutating func add(
    _ piece: SentencePieceModel.Piece, _ id: Int32, _ model: SentencePieceModel
  ) throws(Rejection) {
    guard !piece.text.isEmpty else { throw Self.contradiction("it is empty") }
    guard piece.score.isFinite else { throw Self.contradiction("its score is \(piece.score)") }
    let isNew: Bool
    switch piece.kind {
    case .normal, .userDefined, .unused:
      isNew = textPieces.insert(piece.text, id: id)
      if model.algorithm == .unigram { trie.insert(piece.text, value: id) }
    case .unknown, .control, .byte: isNew = reserved.insert(piece.text, id: id)
    }
    guard isNew else { throw Self.contradiction("it is there twice") }
    switch piece.kind {
    case .userDefined: userSymbols.insert(piece.text, value: id)
    case .unknown:
      guard unknown < 0 else { throw Self.contradiction("a second piece for what is unknown") }
      unknown = id
    case .byte:
      guard model.hasByteFallback, let byte = byteValue(ofPiece: piece.text) else {
        throw Self.contradiction("a byte piece that is none, or without byte fallback")
      }
      bytePieces[Int(byte)] = id
    case .normal, .control, .unused: break
    }
  }

  private static func contradiction(_ message: String) -> Rejection {
    Rejection(LanguageModelRules.contradictoryPieces, message)
  }

  private mutating func rank(_ pieces: [SentencePieceModel.Piece]) {
    ranks = Array(repeating: 0, count: pieces.count)
    var rank: Int32 = -1
    var last = Float.infinity
    for id in pieces.indices.sorted(by: { pieces[$0].score > pieces[$1].score }) {
      if pieces[id].score < last { rank += 1 }
      last = pieces[id].score
      ranks[id] = rank
    }
  }

  /// The id of a piece, as `PieceToId` gives it: the unknown one for any other text.
  func id(of text: [UInt8], _ range: Range<Int>) -> Int32 {
    let special = reserved.id(of: text, range)
    if special >= 0 { return special }
    let id = textPieces.id(of: text, range)
    return id >= 0 ? id : unknown
  }

  /// How many bytes each piece stands for, as the challenge counts.
  func byteCounts(of model: SentencePieceModel) -> TokenByteCounts {
    var counts = TokenByteCounts(vocabularySize: model.pieces.count)
    for (id, piece) in model.pieces.enumerated() {
      switch piece.kind {
      case .normal, .userDefined: counts.set(id, piece: piece.text)
      case .byte: counts.set(id, byteCount: 1)
      case .control, .unknown, .unused: break
      }
    }
    return counts
  }
}

/// The byte that a piece such as `<0x0A>` stands for; nil for any other text.
func byteValue(ofPiece text: [UInt8]) -> UInt8? {
  guard text.count == 6, text.starts(with: "<0x".utf8), text[5] == UInt8(ascii: ">") else {
    return nil
  }
  func digit(_ byte: UInt8) -> UInt8? {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
    case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
    default: nil
    }
  }
  guard let high = digit(text[3]), let low = digit(text[4]) else { return nil }
  return high << 4 | low
}
