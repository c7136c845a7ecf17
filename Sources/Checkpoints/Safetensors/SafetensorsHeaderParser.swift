internal import Diagnostics
internal import JSON
internal import TensorCore

/// Turns the header's JSON into entries in one pass, without a tree in between.
struct SafetensorsHeaderParser: ~Escapable {
  private(set) var entries: [SafetensorsHeader.Entry] = []
  private(set) var metadata: TextMap?
  private var hasMetadata = false
  private var indices: [ExactText: Int] = [:]
  let limits: SafetensorsHeader.Limits
  var scanner: JSONScanner

  @_lifetime(copy header)
  init(_ header: RawSpan, _ limits: SafetensorsHeader.Limits) {
    scanner = JSONScanner(header)
    self.limits = limits
  }

  /// Reads the whole header.
  mutating func parse(audit: inout Audit) throws(Rejection) {
    try take { (scanner) throws(JSONDefect) in try scanner.openObject(depth: 0) }
    while let key = try take({ (scanner) throws(JSONDefect) in try scanner.nextKey() }) {
      if key.text == "__metadata__" {
        try readMetadata(key, audit: &audit)
      } else {
        try readEntry(key, audit: &audit)
      }
    }
    try take { (scanner) throws(JSONDefect) in try scanner.finish() }
  }

  /// Lets the scanner do one step; a defect becomes the rejection that the format gives it.
  mutating func take<Part>(
    tensor: String? = nil, mismatch: Rule = SafetensorsRules.fields,
    _ step: (inout JSONScanner) throws(JSONDefect) -> Part
  ) throws(Rejection) -> Part {
    do throws(JSONDefect) { return try step(&scanner) } catch {
      throw Rejection(
        Self.rule(for: error.kind, mismatch: mismatch), "the header \(error)",
        at: Place(tensor: tensor, offset: 8 + error.offset))
    }
  }

  private static func rule(for kind: JSONDefect.Kind, mismatch: Rule) -> Rule {
    switch kind {
    case .malformedNumber, .numberOutOfRange: SafetensorsRules.number
    case .controlCharacter, .invalidUTF8, .loneSurrogate, .invalidEscape: SafetensorsRules.text
    case .tooDeep: SafetensorsRules.nesting
    case .duplicateKey: SafetensorsRules.duplicateField
    case .byteOrderMark: SafetensorsRules.headerStart
    case .mismatch: mismatch
    case .trailingContent(0): SafetensorsRules.trailingBytes
    case .truncated, .unexpectedByte, .trailingComma, .comment, .notANumber, .trailingContent:
      SafetensorsRules.syntax
    }
  }

  private mutating func readEntry(
    _ key: JSONScanner.Key, audit: inout Audit
  ) throws(Rejection) {
    let name = key.text
    let place = Place(tensor: name, offset: 8 + key.offset)
    if let complaint = Self.complaint(aboutName: name, limits) {
      try audit.enforce(SafetensorsRules.name, complaint, at: place)
    }
    let fields = try readFields(of: name, audit: &audit)
    let entry = try fields.entry(named: name, at: place)
    let exact = ExactText(name)
    if let index = indices[exact] {
      try audit.enforce(
        SafetensorsRules.duplicateTensor, "the header describes this tensor twice", at: place)
      entries[index] = entry
      return
    }
    guard entries.count < limits.tensorCount else {
      throw Rejection(
        SafetensorsRules.excess, "more than \(limits.tensorCount) tensors", at: place)
    }
    indices[exact] = entries.count
    entries.append(entry)
  }

  /// What is wrong with a tensor's name, or nil.
  static func complaint(
    aboutName name: String, _ limits: SafetensorsHeader.Limits = .init()
  ) -> String? {
    let bytes = name.utf8
    if bytes.isEmpty { return "the name is empty" }
    if bytes.count > limits.nameByteCount { return "the name has \(bytes.count) bytes" }
    if bytes.contains(0) { return "the name contains NUL" }
    guard bytes.contains(UInt8(ascii: "/")) || bytes.first == UInt8(ascii: ".") else { return nil }
    let climbs = name.split(separator: "/").contains("..")
    return climbs ? "the name is a path with “..”" : nil
  }

  private mutating func readMetadata(
    _ key: JSONScanner.Key, audit: inout Audit
  ) throws(Rejection) {
    let place = Place(offset: 8 + key.offset)
    guard !hasMetadata else {
      throw Rejection(SafetensorsRules.duplicateField, "__metadata__ is given twice", at: place)
    }
    hasMetadata = true
    let rule = SafetensorsRules.metadataType
    let kind = try take { (scanner) throws(JSONDefect) in try scanner.nextKind() }
    if kind == .word, try take({ (scanner) throws(JSONDefect) in try scanner.word() }) == .null {
      return try audit.enforce(rule, "__metadata__ is null", at: place)
    }
    guard kind == .object else { throw Rejection(rule, "__metadata__ is no object", at: place) }
    metadata = try readPairs(audit: &audit)
  }

  private mutating func readPairs(audit: inout Audit) throws(Rejection) -> TextMap {
    var pairs = TextMap()
    try take { (scanner) throws(JSONDefect) in try scanner.openObject(depth: 1) }
    while let key = try take({ (scanner) throws(JSONDefect) in try scanner.nextKey() }) {
      let value = try take(mismatch: SafetensorsRules.metadataType) {
        (scanner) throws(JSONDefect) in try scanner.string()
      }
      if pairs[key.text] != nil {
        try audit.enforce(
          SafetensorsRules.duplicateMetadata,
          "the metadata has \(JSONValue.string(key.text)) twice",
          at: Place(offset: 8 + key.offset))
      }
      pairs[key.text] = value
    }
    return pairs
  }
}
