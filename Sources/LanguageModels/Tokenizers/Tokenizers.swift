public import Diagnostics
internal import Files
internal import TensorCore

/// Every kind of tokenizer file, and the choice among them by what a file holds.
public enum Tokenizers {
  /// The tokenizer of the file at `path`, whatever it is called: a SentencePiece `.model` or a
  /// `tokenizer.json`. Throws F01 where it cannot be read, K01 to K04 and K07 to K09.
  public static func open(path: String) throws(Rejection) -> any Tokenizer {
    let file = try FileMapping(path: path)
    do throws(Rejection) { return try open(file.bytes) } catch {
      throw error.inside(Place(file: path))
    }
  }

  /// The tokenizer of a file with this content; throws K01 to K04 and K07 to K09.
  public static func open(_ bytes: RawSpan) throws(Rejection) -> any Tokenizer {
    if isJSONObject(bytes) { return try HuggingFaceTokenizer(parsing: bytes) }
    return try SentencePieceTokenizer(parsing: bytes)
  }

  /// Whether a text begins like an object of JSON, or is nothing but its opening brace.
  ///
  /// A SentencePiece model begins with the tag 0x0a, which JSON takes for white space, and a
  /// length, which may be a brace; what follows that is no name in quotation marks.
  private static func isJSONObject(_ bytes: RawSpan) -> Bool {
    var isOpen = false
    for index in 0..<min(bytes.byteCount, 4096) {
      // Inside by the bound of the loop.
      switch unsafe bytes.unsafeLoad(fromByteOffset: index, as: UInt8.self) {
      case UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\r"), UInt8(ascii: "\n"): continue
      case UInt8(ascii: "{") where !isOpen: isOpen = true
      case UInt8(ascii: "\""), UInt8(ascii: "}"): return isOpen
      default: return false
      }
    }
    return isOpen
  }
}
