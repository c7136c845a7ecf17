internal import Diagnostics
internal import JSON
internal import RecordFormats

/// Takes members out of an object of our own formats: what is missing or of another type breaks the
/// rule. Members of later versions are passed over, since keys are only ever added.
struct StrictReader {
  /// Manifests list every tensor of a record; this is some hundred thousand of them.
  static let mostBytes = 64 << 20

  private let members: [(key: String, value: JSONValue)]
  /// The rule that a defect breaks.
  let rule: Rule
  private let place: String

  /// Reads a document whose schema is ours; throws I04, I09 and the rule.
  init(document bytes: RawSpan, _ rule: Rule) throws(Rejection) {
    guard bytes.byteCount <= Self.mostBytes else {
      throw Rejection(RecordsRules.tooLarge, "the file has \(bytes.byteCount) bytes")
    }
    let document: JSONValue
    do throws(JSONDefect) {
      document = try JSONValue(parsing: bytes)
    } catch {
      throw Rejection(rule, "the document \(error)", at: Place(offset: error.offset))
    }
    try self.init(document, rule, "the document")
    let schema = try integer(.schema)
    guard schema >= 1 else { throw defect("schema \(schema) does not exist") }
    guard schema == 1 else {
      throw Rejection(RecordsRules.newerSchema, "schema \(schema), and this version knows 1")
    }
  }

  /// Reads a value that must be an object.
  init(_ value: JSONValue, _ rule: Rule, _ place: String) throws(Rejection) {
    self.rule = rule
    self.place = place
    guard let members = value.members else { throw Rejection(rule, "\(place) is no object") }
    self.members = members
  }

  func defect(_ message: String) -> Rejection { Rejection(rule, "\(place): \(message)") }

  /// The value of a key; null where it is absent.
  func value(_ key: RecordKey) -> JSONValue {
    members.first { $0.key.utf8.elementsEqual(key.rawValue.utf8) }?.value ?? .null
  }

  func text(_ key: RecordKey) throws(Rejection) -> String {
    guard let text = value(key).string else { throw defect("`\(key.rawValue)` is no text") }
    return text
  }

  func optionalText(_ key: RecordKey) throws(Rejection) -> String? {
    value(key) == .null ? nil : try text(key)
  }

  func integer(_ key: RecordKey) throws(Rejection) -> Int {
    guard let number = value(key).integer else {
      throw defect("`\(key.rawValue)` is no whole number")
    }
    return number
  }

  func count(_ key: RecordKey) throws(Rejection) -> Int {
    let number = try integer(key)
    guard number >= 0 else { throw defect("`\(key.rawValue)` is negative") }
    return number
  }

  func optionalCount(_ key: RecordKey) throws(Rejection) -> Int? {
    value(key) == .null ? nil : try count(key)
  }

  func number(_ key: RecordKey) throws(Rejection) -> Double {
    switch value(key) {
    case .number(let number): return number
    case .integer(let number): return Double(number)
    default: throw defect("`\(key.rawValue)` is no number")
    }
  }

  func optionalNumber(_ key: RecordKey) throws(Rejection) -> Double? {
    value(key) == .null ? nil : try number(key)
  }

  func path(_ key: RecordKey) throws(Rejection) -> RecordPath { try RecordPath(try text(key)) }

  func optionalPath(_ key: RecordKey) throws(Rejection) -> RecordPath? {
    value(key) == .null ? nil : try path(key)
  }

  func digest(_ key: RecordKey) throws(Rejection) -> String {
    let text = try text(key)
    let digits = Set("0123456789abcdef".utf8)
    guard text.utf8.count == 64, text.utf8.allSatisfy(digits.contains) else {
      throw defect("`\(key.rawValue)` is no SHA-256 in lower-case digits")
    }
    return text
  }

  func optionalDigest(_ key: RecordKey) throws(Rejection) -> String? {
    value(key) == .null ? nil : try digest(key)
  }

  /// A list of counts.
  func counts(_ key: RecordKey) throws(Rejection) -> [Int] {
    var counts: [Int] = []
    for element in try elements(key) {
      guard let count = element.integer, count >= 0 else {
        throw defect("`\(key.rawValue)` is no list of counts")
      }
      counts.append(count)
    }
    return counts
  }

  func texts(_ key: RecordKey) throws(Rejection) -> [String] {
    var texts: [String] = []
    for element in try elements(key) {
      guard let text = element.string else { throw defect("`\(key.rawValue)` is no list of texts") }
      texts.append(text)
    }
    return texts
  }

  /// An object under a key of something that has a name; nil where the key is absent.
  func optionalObject(_ key: RecordKey, of name: String) throws(Rejection) -> StrictReader? {
    let value = value(key)
    guard value != .null else { return nil }
    return try StrictReader(value, rule, "\(key.rawValue) of \(name.debugDescription)")
  }

  /// A list of objects, each with a reader of its own.
  func objects(_ key: RecordKey) throws(Rejection) -> [StrictReader] {
    var readers: [StrictReader] = []
    for (index, element) in try elements(key).enumerated() {
      readers.append(try StrictReader(element, rule, "\(key.rawValue)[\(index)]"))
    }
    return readers
  }

  /// The same; none where the key is absent.
  func optionalObjects(_ key: RecordKey) throws(Rejection) -> [StrictReader] {
    value(key) == .null ? [] : try objects(key)
  }

  func elements(_ key: RecordKey) throws(Rejection) -> [JSONValue] {
    guard let elements = value(key).elements else { throw defect("`\(key.rawValue)` is no list") }
    return elements
  }
}

extension JSONValue {
  /// An object of our own formats.
  static func record(_ members: [(key: RecordKey, value: JSONValue)]) -> JSONValue {
    .object(members.map { ($0.key.rawValue, $0.value) })
  }
}

/// Paths of one list, which must be files of one folder.
struct DistinctPaths {
  private var files: Set<RecordPath> = []
  private var folders: Set<String> = []

  /// Adds a path; throws the rule where it stands there already, or where a file would be a folder
  /// too.
  mutating func insert(_ path: RecordPath, or rule: Rule) throws(Rejection) {
    guard files.insert(path).inserted else { throw Rejection(rule, "\(path) stands there twice") }
    var above = ""
    for component in path.components.dropLast() {
      above += (above.isEmpty ? "" : "/") + component
      folders.insert(above)
    }
  }

  /// Throws the rule where a file is a folder too.
  func finish(or rule: Rule) throws(Rejection) {
    for path in files where folders.contains(path.description) {
      throw Rejection(rule, "\(path) is a file and a folder")
    }
  }
}
