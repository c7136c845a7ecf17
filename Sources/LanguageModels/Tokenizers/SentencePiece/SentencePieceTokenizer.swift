public import Diagnostics
internal import Files
internal import TensorCore

/// The tokenizer of a SentencePiece `.model` file: BPE or unigram.
///
/// Gives the ids of `EncodeAsIds` and the text of `DecodeIds` of the sentencepiece library.
public struct SentencePieceTokenizer: Tokenizer {
  /// What the file says.
  public let model: SentencePieceModel
  /// How many bytes each piece stands for.
  public let byteCounts: TokenByteCounts
  let vocabulary: SentencePieceVocabulary
  let scores: UnigramScores
  let normalizer: SentencePieceNormalizer
  let denormalizer: SentencePieceNormalizer?

  /// Reads the file at `path`.
  public init(path: String) throws(Rejection) {
    let file = try FileMapping(path: path)
    do throws(Rejection) { try self.init(parsing: file.bytes) } catch {
      throw error.inside(Place(file: path))
    }
  }

  /// Reads the content of a file; throws K01 to K04.
  public init(parsing bytes: RawSpan) throws(Rejection) {
    let model = try SentencePieceModel(parsing: bytes)
    self.model = model
    vocabulary = try SentencePieceVocabulary(model)
    scores = UnigramScores(model.pieces)
    byteCounts = vocabulary.byteCounts(of: model)
    normalizer = SentencePieceNormalizer(
      options: model.normalization, treatsSpaceAsSuffix: model.treatsSpaceAsSuffix,
      characterMap: try Self.characterMap(bytes, model.normalization),
      userSymbols: vocabulary.userSymbols)
    let undo = try Self.characterMap(bytes, model.denormalization)
    denormalizer = undo.map { map in
      SentencePieceNormalizer(
        options: model.denormalization, treatsSpaceAsSuffix: false, characterMap: map,
        userSymbols: PrefixTrie())
    }
  }

  private static func characterMap(
    _ bytes: RawSpan, _ options: SentencePieceModel.Normalization
  ) throws(Rejection) -> CharacterMap? {
    guard let range = options.characterMap else { return nil }
    do throws(Rejection) {
      return try CharacterMap(parsing: bytes.extracting(range))
    } catch {
      throw error.inside(Place(offset: range.lowerBound))
    }
  }

  /// How many pieces the model has.
  public var vocabularySize: Int { model.pieces.count }

  /// The ids of a text, as `EncodeAsIds` gives them.
  public func encode(_ text: RawSpan) throws(Rejection) -> [Int32] {
    try requireTokenizable(byteCount: text.byteCount)
    let normalized = normalizer.normalize(text.copied())
    try requireTokenizable(
      byteCount: normalized.count, limit: rewrittenByteLimit(of: text.byteCount))
    return switch model.algorithm {
    case .bpe: mergedPieces(normalized)
    case .unigram: likeliestPieces(normalized)
    }
  }

  /// Gathers ids, turning unknown text into bytes and runs of unknowns into one.
  struct Output {
    let unknown: Int32
    /// The pieces of the bytes; empty without byte fallback.
    let bytePieces: [Int32]
    private(set) var ids: [Int32] = []
    private var followsUnknown = false

    init(_ vocabulary: SentencePieceVocabulary) {
      unknown = vocabulary.unknown
      bytePieces = vocabulary.bytePieces
    }

    /// Adds the piece `id`, whose text is a part of `text`.
    mutating func append(_ id: Int32, _ text: [UInt8], _ range: Range<Int>) {
      let isUnknown = id == unknown
      if isUnknown, !bytePieces.isEmpty {
        ids += text[range].lazy.map { bytePieces[Int($0)] }
      } else if !isUnknown || !followsUnknown {
        ids.append(id)
      }
      followsUnknown = isUnknown
    }
  }
}
