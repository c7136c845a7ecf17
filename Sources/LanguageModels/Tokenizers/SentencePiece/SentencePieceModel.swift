/// What a SentencePiece `.model` file says.
///
/// Field numbers and defaults are those of `sentencepiece_model.proto`.
public struct SentencePieceModel: Sendable {
  /// How text is cut into pieces.
  public enum Algorithm: Int, Sendable {
    /// The most probable sequence of pieces.
    case unigram = 1
    /// Byte pair encoding.
    case bpe = 2
  }

  /// What a piece is for.
  public enum Kind: Int, Sendable {
    /// Text.
    case normal = 1
    /// Stands for what no piece covers.
    case unknown = 2
    /// Begin, end, padding: never found in text.
    case control = 3
    /// Text that is never cut nor merged.
    case userDefined = 4
    /// Never given, though merges may pass through it.
    case unused = 5
    /// One byte of what no other piece covers.
    case byte = 6
  }

  /// An entry of the vocabulary.
  public struct Piece: Sendable {
    /// Its text, U+2581 standing for spaces.
    public internal(set) var text: [UInt8] = []
    /// The logarithm of its probability, or minus its rank among the merges.
    public internal(set) var score: Float = 0
    /// What it is for.
    public internal(set) var kind = Kind.normal
  }

  /// How text is rewritten before it is cut.
  struct Normalization: Sendable {
    var characterMap: Range<Int>?
    var addsDummyPrefix = true
    var removesExtraSpaces = true
    var escapesSpaces = true
  }

  /// The vocabulary by id.
  public internal(set) var pieces: [Piece] = []
  /// How text is cut into pieces.
  public internal(set) var algorithm = Algorithm.unigram
  /// Whether unknown characters become bytes.
  public internal(set) var hasByteFallback = false
  var treatsSpaceAsSuffix = false
  /// What the unknown piece is decoded to.
  var unknownSurface = Array(" \u{2047} ".utf8)
  var normalization = Normalization()
  var denormalization = Normalization()

  /// The longest piece that is read: no trained one comes near, and it bounds the cost of a lookup.
  static let maximumPieceByteCount = 4096
}
