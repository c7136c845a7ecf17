import Checkpoints

/// The one JSON document that a command prints under `--json`.
enum Document {
  /// Prints an object whose first key is the version of its keys' meaning.
  static func print(_ members: KeyValuePairs<String, JSONValue>) {
    var all: [(key: String, value: JSONValue)] = [("schema", 1)]
    all += members.map { (key: $0.key, value: $0.value) }
    Data.write(JSONValue.object(all).encoded(.pretty) + [UInt8(ascii: "\n")])
  }
}

extension JSONValue {
  /// A number, or null where there is none and where JSON has none: infinities and NaN.
  init(_ number: Double?) {
    guard let number, number.isFinite else {
      self = .null
      return
    }
    self = .number(number)
  }

  /// A count; null where it does not apply.
  init(_ count: Int?) { self = count.map(JSONValue.integer) ?? .null }

  /// A text, or null.
  init(_ text: String?) { self = text.map(JSONValue.string) ?? .null }

  /// An object with these members in order.
  init(_ members: KeyValuePairs<String, JSONValue>) {
    self = .object(members.map { (key: $0.key, value: $0.value) })
  }

  /// A list of texts.
  init(_ texts: [String]) { self = .array(texts.map(JSONValue.string)) }
}
