/// Why bytes are no JSON as RFC 8259 defines it, and at which byte.
public struct JSONDefect: Error, Sendable, Hashable {
  /// The ways in which a document can be wrong.
  public enum Kind: Sendable, Hashable {
    /// The document ends inside a value.
    case truncated
    /// It begins with a byte order mark, which the standard forbids to send.
    case byteOrderMark
    /// A byte that cannot stand here.
    case unexpectedByte(UInt8)
    /// A comma before a closing bracket.
    case trailingComma
    /// A `//`, `/*` or `#` comment.
    case comment
    /// `NaN`, `Infinity` or `-Infinity`, which JavaScript and Python write and JSON lacks.
    case notANumber
    /// Leading zeros, a bare point or sign, an empty exponent.
    case malformedNumber
    /// An integer outside −2⁶³ … 2⁶⁴−1, or a number too large for a double.
    case numberOutOfRange
    /// A byte below 0x20 inside a string.
    case controlCharacter
    /// Bytes that are no UTF-8.
    case invalidUTF8
    /// A `\u` escape of half a surrogate pair.
    case loneSurrogate
    /// A backslash before something that cannot be escaped.
    case invalidEscape
    /// More nested brackets than the reader follows.
    case tooDeep
    /// A key that the object has already.
    case duplicateKey(String)
    /// Something after the document's end, and its first byte.
    case trailingContent(UInt8)
    /// A value of another type than the reader needs here; the text names the needed one.
    case mismatch(expected: String)
  }

  /// What is wrong.
  public let kind: Kind
  /// The distance in bytes from the start of the document.
  public let offset: Int

  /// Names a defect and its place.
  public init(_ kind: Kind, at offset: Int) {
    self.kind = kind
    self.offset = offset
  }
}

extension JSONDefect: CustomStringConvertible {
  /// What is wrong, in words that follow "the document: ".
  public var description: String {
    switch kind {
    case .truncated: "ends inside a value"
    case .byteOrderMark: "begins with a byte order mark"
    case .unexpectedByte(let byte): "has \(Self.printable(byte)) where it cannot stand"
    case .trailingComma: "has a comma before a closing bracket"
    case .comment: "has a comment"
    case .notANumber: "has NaN or Infinity"
    case .malformedNumber: "has a malformed number"
    case .numberOutOfRange: "has a number that does not fit 64 bits"
    case .controlCharacter: "has a raw control character in a string"
    case .invalidUTF8: "has a string that is not UTF-8"
    case .loneSurrogate: "has half a surrogate pair in a string"
    case .invalidEscape: "has an unknown escape in a string"
    case .tooDeep: "is nested too deeply"
    case .duplicateKey(let key): "has the key \(JSONValue.string(key)) twice"
    case .trailingContent: "has something after its end"
    case .mismatch(let expected): "needs \(expected) here"
    }
  }

  private static func printable(_ byte: UInt8) -> String {
    (0x21...0x7e).contains(byte)
      ? "‘\(Unicode.Scalar(byte))’" : "byte 0x\(String(byte, radix: 16))"
  }
}
