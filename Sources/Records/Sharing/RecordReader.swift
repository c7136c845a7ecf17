internal import Diagnostics
internal import JSON
internal import RecordFormats

/// Reads manifests and indexes.
typealias RecordReader = ObjectReader<RecordKey>

extension RecordReader {
  /// Manifests list every tensor of a record; this is some hundred thousand of them.
  static var mostBytes: Int { 64 << 20 }

  /// Reads a document whose schema is ours; throws I04, I09 and the rule.
  init(document bytes: RawSpan, _ rule: Rule) throws(Rejection) {
    guard bytes.byteCount <= Self.mostBytes else {
      throw Rejection(RecordsRules.tooLarge, "the file has \(bytes.byteCount) bytes")
    }
    self = try RecordReader(JSONValue(parsing: bytes, orRefuse: rule), orRefuse: rule)
    let schema = try count(.schema)
    guard schema >= 1 else { throw refusal(.schema, "is \(schema), which does not exist") }
    guard schema == 1 else {
      throw Rejection(RecordsRules.newerSchema, "schema \(schema), and this version knows 1")
    }
  }

  func path(_ key: RecordKey) throws(Rejection) -> RecordPath { try RecordPath(try text(key)) }

  func optionalPath(_ key: RecordKey) throws(Rejection) -> RecordPath? {
    optional(key) == nil ? nil : try path(key)
  }

  func digest(_ key: RecordKey) throws(Rejection) -> String {
    let text = try text(key)
    let digits = Set("0123456789abcdef".utf8)
    guard text.utf8.count == 64, text.utf8.allSatisfy(digits.contains) else {
      throw refusal(key, "is no SHA-256 in lower-case digits")
    }
    return text
  }

  func optionalDigest(_ key: RecordKey) throws(Rejection) -> String? {
    optional(key) == nil ? nil : try digest(key)
  }
}

extension JSONValue {
  /// An object of our own formats.
  static func record(_ members: [(key: RecordKey, value: JSONValue)]) -> JSONValue {
    .object(members.map { ($0.key.rawValue, $0.value) })
  }
}
