internal import Diagnostics
internal import JSON

/// Reads the few Python literals that the header of an array is made of, and evaluates nothing.
struct PythonLiteral: ~Escapable {
  /// The three values that a header gives.
  struct Fields {
    var descr: Descr?
    var isFortranOrder: Bool?
    var shape: [Int]?
  }

  /// The element type as it is written.
  enum Descr: Equatable {
    /// A type's code, such as `<f4`.
    case code(String)
    /// A list of fields; whether one of them holds Python objects.
    case records(holdObjects: Bool)
  }

  static let maximumRank = 64
  private var scanner: JSONScanner
  private let base: Int

  /// Reads `header`, which begins at byte `base` of the file.
  @_lifetime(copy header)
  init(_ header: RawSpan, base: Int) {
    scanner = JSONScanner(header)
    self.base = base
  }

  /// Reads the dictionary; throws N03 unless it has exactly the three keys, once each.
  mutating func fields() throws(Rejection) -> Fields {
    var fields = Fields()
    try expect("{")
    while !skip("}") {
      let key = try string()
      try expect(":")
      switch key {
      case "descr" where fields.descr == nil: fields.descr = try descr()
      case "fortran_order" where fields.isFortranOrder == nil:
        fields.isFortranOrder = try boolean()
      case "shape" where fields.shape == nil: fields.shape = try tuple()
      default: throw rejection("unknown or repeated key \(JSONValue.string(key))")
      }
      if !skip(",") {
        try expect("}")
        break
      }
    }
    guard scanner.peek() == nil else { throw rejection("something follows the dictionary") }
    return fields
  }

  private mutating func descr() throws(Rejection) -> Descr {
    guard scanner.peek() == UInt8(ascii: "[") else { return .code(try string()) }
    // Only whether objects hide in it matters: records are refused either way.
    var depth = 0
    var holdObjects = false
    repeat {
      guard let byte = scanner.peek() else { throw rejection("the list of fields never ends") }
      switch byte {
      case UInt8(ascii: "["), UInt8(ascii: "("):
        depth += 1
        scanner.position += 1
      case UInt8(ascii: "]"), UInt8(ascii: ")"):
        depth -= 1
        scanner.position += 1
      case UInt8(ascii: "'"), UInt8(ascii: "\""):
        let code = try string()
        holdObjects = holdObjects || code == "O" || code == "|O" || code.hasPrefix("|O")
      default: scanner.position += 1
      }
    } while depth > 0
    return .records(holdObjects: holdObjects)
  }

  private mutating func boolean() throws(Rejection) -> Bool {
    if skip("True") { return true }
    if skip("False") { return false }
    throw rejection("fortran_order is neither True nor False")
  }

  private mutating func tuple() throws(Rejection) -> [Int] {
    try expect("(")
    var values: [Int] = []
    while !skip(")") {
      guard values.count < Self.maximumRank else {
        throw Rejection(
          NumPyRules.shape, "more than \(Self.maximumRank) axes",
          at: Place(offset: base + scanner.position))
      }
      values.append(try integer())
      if !skip(",") {
        guard values.count > 1 else { throw rejection("the shape is no tuple") }
        try expect(")")
        break
      }
    }
    return values
  }

  private mutating func integer() throws(Rejection) -> Int {
    guard let first = scanner.peek(), first == UInt8(ascii: "-") || (0x30...0x39).contains(first)
    else { throw rejection("an extent is no integer") }
    let value: JSONValue
    do throws(JSONDefect) { value = try scanner.number() } catch {
      guard error.kind == .numberOutOfRange else { throw rejection("an extent is no integer") }
      throw Rejection(
        NumPyRules.shape, "an extent exceeds 64 bits", at: Place(offset: base + error.offset))
    }
    // Python 2 wrote long integers with an L.
    _ = skip("L")
    switch value {
    case .integer(let extent) where extent >= 0: return extent
    case .integer, .unsigned:
      throw Rejection(
        NumPyRules.shape, "the extent \(value)", at: Place(offset: base + scanner.position))
    default: throw rejection("an extent is no integer")
    }
  }

  /// A string in either kind of quotes, without escapes: no key and no code needs one.
  private mutating func string() throws(Rejection) -> String {
    guard let quote = scanner.peek(), quote == UInt8(ascii: "'") || quote == UInt8(ascii: "\"")
    else { throw rejection("a string is missing") }
    scanner.position += 1
    var text = ""
    while let byte = scanner.byte(at: scanner.position), byte != quote {
      guard (0x20..<0x7f).contains(byte), byte != UInt8(ascii: "\\") else {
        throw rejection("a string has an escape or a byte that is no ASCII")
      }
      text.unicodeScalars.append(Unicode.Scalar(byte))
      scanner.position += 1
    }
    guard scanner.byte(at: scanner.position) != nil else {
      throw rejection("a string never ends")
    }
    scanner.position += 1
    return text
  }

  private mutating func skip(_ word: String) -> Bool {
    guard scanner.peek() != nil else { return false }
    var index = scanner.position
    for letter in word.utf8 {
      guard scanner.byte(at: index) == letter else { return false }
      index += 1
    }
    scanner.position = index
    return true
  }

  private mutating func expect(_ word: String) throws(Rejection) {
    guard skip(word) else { throw rejection("“\(word)” is missing") }
  }

  private func rejection(_ message: String) -> Rejection {
    Rejection(NumPyRules.header, message, at: Place(offset: base + scanner.position))
  }
}
