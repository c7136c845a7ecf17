/// Walks over a JSON document value by value, without building one in memory.
///
/// The caller asks for what its format needs next; anything else is a defect with its place.
package struct JSONScanner: ~Escapable {
  /// What the first byte of a value announces.
  package enum Kind { case object, array, string, number, word }

  /// A member's name and where its quote stands.
  package struct Key {
    package let text: String
    package let offset: Int
  }

  package let bytes: RawSpan
  /// The next byte to be read.
  package var position = 0
  /// Whether the last thing read was an opening bracket, so that no comma is due.
  private var isFresh = false

  @_lifetime(copy bytes)
  package init(_ bytes: RawSpan) { self.bytes = bytes }

  /// The byte at `index`, or nil past the end.
  @inline(__always)
  package func byte(at index: Int) -> UInt8? {
    guard index < bytes.byteCount else { return nil }
    // In bounds: positions never go below zero.
    return unsafe bytes.unsafeLoad(fromByteOffset: index, as: UInt8.self)
  }

  /// The next byte that is no white space, which stays unread; nil at the end.
  package mutating func peek() -> UInt8? {
    while let byte = byte(at: position) {
      guard byte == 0x20 || byte == 0x0a || byte == 0x0d || byte == 0x09 else { return byte }
      position += 1
    }
    return nil
  }

  /// What comes next; throws when no value begins here.
  package mutating func nextKind() throws(JSONDefect) -> Kind {
    guard let next = peek() else { throw misplaced() }
    return switch next {
    case UInt8(ascii: "{"): .object
    case UInt8(ascii: "["): .array
    case UInt8(ascii: "\""): .string
    case UInt8(ascii: "-") where byte(at: position + 1) == UInt8(ascii: "I"): .word
    case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): .number
    case UInt8(ascii: "t"), UInt8(ascii: "f"), UInt8(ascii: "n"), UInt8(ascii: "N"),
      UInt8(ascii: "I"):
      .word
    default: throw misplaced()
    }
  }

  /// Steps into an object that lies within `depth` others.
  package mutating func openObject(depth: Int) throws(JSONDefect) {
    try open(UInt8(ascii: "{"), "an object", depth: depth)
  }

  /// Steps into an array that lies within `depth` other values.
  package mutating func openArray(depth: Int) throws(JSONDefect) {
    try open(UInt8(ascii: "["), "an array", depth: depth)
  }

  private mutating func open(
    _ bracket: UInt8, _ name: String, depth: Int
  ) throws(JSONDefect) {
    try require(bracket, name)
    guard depth < JSONValue.maximumDepth else { throw JSONDefect(.tooDeep, at: position) }
    position += 1
    isFresh = true
  }

  /// Reads the next member's key and its colon, or the closing brace, which gives nil.
  package mutating func nextKey() throws(JSONDefect) -> Key? {
    guard try hasItem(before: UInt8(ascii: "}")) else { return nil }
    guard peek() == UInt8(ascii: "\"") else { throw misplaced() }
    let offset = position
    let text = try string()
    guard peek() == UInt8(ascii: ":") else { throw misplaced() }
    position += 1
    return Key(text: text, offset: offset)
  }

  /// Whether another element follows; steps over the comma or the closing bracket.
  package mutating func hasElement() throws(JSONDefect) -> Bool {
    try hasItem(before: UInt8(ascii: "]"))
  }

  private mutating func hasItem(before close: UInt8) throws(JSONDefect) -> Bool {
    let next = peek()
    if next == close {
      position += 1
      isFresh = false
      return false
    }
    guard !isFresh else {
      isFresh = false
      return true
    }
    guard next == UInt8(ascii: ",") else { throw misplaced() }
    let comma = position
    position += 1
    if peek() == close { throw JSONDefect(.trailingComma, at: comma) }
    return true
  }

  /// Reads `true`, `false` or `null`.
  package mutating func word() throws(JSONDefect) -> JSONValue {
    if skip("true") { return .bool(true) }
    if skip("false") { return .bool(false) }
    if skip("null") { return .null }
    let start = position
    if skip("NaN") || skip("Infinity") || skip("-Infinity") {
      throw JSONDefect(.notANumber, at: start)
    }
    throw misplaced()
  }

  private mutating func skip(_ word: StaticString) -> Bool {
    let text = "\(word)".utf8
    var index = position
    for letter in text {
      guard byte(at: index) == letter else { return false }
      index += 1
    }
    position = index
    return true
  }

  /// Steps over a whole value that the caller does not need, checking it all the same.
  package mutating func skipValue(depth: Int) throws(JSONDefect) {
    _ = try JSONValue.read(from: &self, depth: depth)
  }

  /// Throws unless only white space is left.
  package mutating func finish() throws(JSONDefect) {
    guard let byte = peek() else { return }
    let defect = misplaced()
    throw defect.kind == .comment ? defect : JSONDefect(.trailingContent(byte), at: position)
  }

  /// Throws a mismatch unless the next byte is `byte`; `name` says what it would begin.
  package mutating func require(_ byte: UInt8, _ name: String) throws(JSONDefect) {
    guard peek() != byte else { return }
    _ = try nextKind()
    throw JSONDefect(.mismatch(expected: name), at: position)
  }

  /// The defect of a byte that cannot stand at the current position.
  package func misplaced() -> JSONDefect {
    switch byte(at: position) {
    case nil: JSONDefect(.truncated, at: position)
    case UInt8(ascii: "/"), UInt8(ascii: "#"): JSONDefect(.comment, at: position)
    case 0xef where position == 0: JSONDefect(.byteOrderMark, at: position)
    case UInt8(ascii: "+"), UInt8(ascii: "."): JSONDefect(.malformedNumber, at: position)
    case let byte?: JSONDefect(.unexpectedByte(byte), at: position)
    }
  }
}
