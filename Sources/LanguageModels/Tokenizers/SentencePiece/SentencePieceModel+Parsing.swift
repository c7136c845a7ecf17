public import Diagnostics
internal import TensorCore

extension SentencePieceModel {
  /// Reads a `.model` file; throws K01 for a damaged one and K03 for an unsupported kind.
  public init(parsing bytes: RawSpan) throws(Rejection) {
    guard bytes.byteCount > 0 else {
      throw Rejection(LanguageModelRules.damagedModel, "the file is empty")
    }
    guard bytes.byteCount <= 1 << 30 else {
      throw Rejection(LanguageModelRules.unsupportedModel, "a model of \(bytes.byteCount) bytes")
    }
    var reader = ProtobufReader(bytes, 0..<bytes.byteCount)
    while let field = try reader.nextField() {
      guard case .bytes(let range) = field.value else { continue }
      switch field.number {
      case 1: pieces.append(try Self.piece(bytes, range))
      case 2: try readTrainer(bytes, range)
      case 3: try normalization.read(bytes, range)
      case 5: try denormalization.read(bytes, range)
      default: break
      }
    }
  }

  private static func piece(_ bytes: RawSpan, _ range: Range<Int>) throws(Rejection) -> Piece {
    var piece = Piece()
    var reader = ProtobufReader(bytes, range)
    while let field = try reader.nextField() {
      switch (field.number, field.value) {
      case (1, .bytes(let text)):
        guard text.count <= maximumPieceByteCount else {
          throw Rejection(
            LanguageModelRules.contradictoryPieces, "a piece of \(text.count) bytes",
            at: Place(offset: text.lowerBound))
        }
        piece.text = bytes.extracting(text).copied()
      case (2, .fixed32(let bits)): piece.score = Float(bitPattern: bits)
      // A number that is no kind counts as absent, as in proto2.
      case (3, .varint(let number)): piece.kind = Kind(varint: number) ?? piece.kind
      default: break
      }
    }
    return piece
  }

  private mutating func readTrainer(
    _ bytes: RawSpan, _ range: Range<Int>
  ) throws(Rejection) {
    var reader = ProtobufReader(bytes, range)
    while let field = try reader.nextField() {
      switch (field.number, field.value) {
      case (3, .varint(let number)): algorithm = try Algorithm(supported: number)
      case (24, .varint(let flag)): treatsSpaceAsSuffix = flag != 0
      case (35, .varint(let flag)): hasByteFallback = flag != 0
      case (44, .bytes(let text)): unknownSurface = bytes.extracting(text).copied()
      default: break
      }
    }
  }
}

extension SentencePieceModel.Kind {
  fileprivate init?(varint: UInt64) {
    guard let number = Int(exactly: varint) else { return nil }
    self.init(rawValue: number)
  }
}

extension SentencePieceModel.Algorithm {
  fileprivate init(supported number: UInt64) throws(Rejection) {
    guard let raw = Int(exactly: number), let algorithm = Self(rawValue: raw) else {
      let name = [3: "word", 4: "char"][number] ?? "number \(number)"
      throw Rejection(LanguageModelRules.unsupportedModel, "the model is of the kind \(name)")
    }
    self = algorithm
  }
}

extension SentencePieceModel.Normalization {
  fileprivate mutating func read(_ bytes: RawSpan, _ range: Range<Int>) throws(Rejection) {
    var reader = ProtobufReader(bytes, range)
    while let field = try reader.nextField() {
      switch (field.number, field.value) {
      case (2, .bytes(let table)): characterMap = table.isEmpty ? nil : table
      case (3, .varint(let flag)): addsDummyPrefix = flag != 0
      case (4, .varint(let flag)): removesExtraSpaces = flag != 0
      case (5, .varint(let flag)): escapesSpaces = flag != 0
      default: break
      }
    }
  }
}
