import Checkpoints
import JSON

/// A JSON document as a test asks about it.
struct JSONDocument {
  private let value: JSONValue

  /// Parses text that is one document and nothing else.
  init(_ text: String) throws { value = try JSONValue(parsing: Array(text.utf8)) }

  private init(_ value: JSONValue) { self.value = value }

  /// The keys of an object in order.
  var keys: [String] { value.members?.map(\.key) ?? [] }
  /// The elements of an array.
  var elements: [JSONDocument] { value.elements?.map(JSONDocument.init) ?? [] }
  /// The text of a string.
  var text: String? { value.string }
  /// The value of an integer.
  var integer: Int? { value.integer }
  /// The number, if this is one.
  var number: Double? {
    if case .number(let value) = value { value } else { value.integer.map(Double.init) }
  }
  /// The value of a truth value.
  var bool: Bool? { if case .bool(let value) = value { value } else { nil } }
  /// Whether this is `null`.
  var isNull: Bool { value == .null }

  /// The member with this key.
  subscript(key: String) -> JSONDocument? { value[key].map(JSONDocument.init) }
}
