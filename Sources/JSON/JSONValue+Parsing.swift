package import Diagnostics

extension JSONValue {
  /// The nesting that a parser follows; a format that needs more is not one of ours.
  public static let maximumDepth = 64

  /// Reads one document that fills `bytes`, as RFC 8259 defines it and no looser: no comments,
  /// trailing commas, byte order marks, NaN, lone surrogates or repeated keys.
  public init(parsing bytes: RawSpan) throws(JSONDefect) {
    var scanner = JSONScanner(bytes)
    self = try Self.read(from: &scanner, depth: 0)
    try scanner.finish()
  }

  /// Reads one document from text or a file's content.
  public init(parsing bytes: [UInt8]) throws(JSONDefect) {
    // The bytes outlive the call.
    try unsafe self.init(parsing: bytes.span.bytes)
  }

  /// Reads one document that fills `bytes`; throws `rule`, with what is wrong and at which byte.
  package init(
    parsing bytes: RawSpan, _ name: String = "the document", orRefuse rule: Rule
  ) throws(Rejection) {
    do throws(JSONDefect) { self = try JSONValue(parsing: bytes) } catch {
      throw Rejection(rule, "\(name) \(error)", at: Place(offset: error.offset))
    }
  }

  /// Reads one document from text or a file's content; throws `rule`.
  package init(
    parsing bytes: [UInt8], _ name: String = "the document", orRefuse rule: Rule
  ) throws(Rejection) {
    // The bytes outlive the call.
    try unsafe self.init(parsing: bytes.span.bytes, name, orRefuse: rule)
  }

  package static func read(
    from scanner: inout JSONScanner, depth: Int
  ) throws(JSONDefect) -> JSONValue {
    switch try scanner.nextKind() {
    case .object: return try readObject(from: &scanner, depth: depth)
    case .array:
      try scanner.openArray(depth: depth)
      var elements: [JSONValue] = []
      while try scanner.hasElement() {
        elements.append(try read(from: &scanner, depth: depth + 1))
      }
      return .array(elements)
    case .string: return .string(try scanner.string())
    case .number: return try scanner.number()
    case .word: return try scanner.word()
    }
  }

  private static func readObject(
    from scanner: inout JSONScanner, depth: Int
  ) throws(JSONDefect) -> JSONValue {
    try scanner.openObject(depth: depth)
    var members: [(key: String, value: JSONValue)] = []
    var keys: Set<ExactText> = []
    while let key = try scanner.nextKey() {
      guard keys.insert(ExactText(key.text)).inserted else {
        throw JSONDefect(.duplicateKey(key.text), at: key.offset)
      }
      members.append((key.text, try read(from: &scanner, depth: depth + 1)))
    }
    return .object(members)
  }
}
