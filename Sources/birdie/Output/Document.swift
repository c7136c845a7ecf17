import Checkpoints
import Diagnostics
import JSON

/// The one JSON document that a command prints under `--json`.
enum Document {
  /// Prints an object whose first key is the version of its keys' meaning.
  static func print(
    _ members: KeyValuePairs<String, JSONValue>, after achievement: String? = nil
  ) {
    print(members.map { (key: $0.key, value: $0.value) }, after: achievement)
  }

  /// Prints an object of members that were put together one by one.
  static func print(_ members: [(key: String, value: JSONValue)], after achievement: String? = nil)
  {
    Data.write(bytes(members), after: achievement)
  }

  /// The document itself, with a newline at its end.
  static func bytes(_ members: [(key: String, value: JSONValue)]) -> [UInt8] {
    let all = [(key: "schema", value: JSONValue.integer(1))] + members
    return harmless(JSONValue.object(all).encoded(.pretty)) + [UInt8(ascii: "\n")]
  }

  /// The same document with everything escaped that could steer a terminal or reorder its text:
  /// such characters can only lie inside of strings.
  private static func harmless(_ document: [UInt8]) -> [UInt8] {
    guard document.contains(where: { $0 >= 0x7F }) else { return document }
    var result: [UInt8] = []
    result.reserveCapacity(document.count)
    for scalar in String(decoding: document, as: UTF8.self).unicodeScalars {
      if scalar.value >= 0x7F, scalar.isInvisible {
        for unit in String(scalar).utf16 { result += escape(unit) }
      } else {
        result += Array(String(scalar).utf8)
      }
    }
    return result
  }

  private static func escape(_ unit: UInt16) -> [UInt8] {
    let digits = String(unit, radix: 16)
    return Array(("\\u" + String(repeating: "0", count: 4 - digits.count) + digits).utf8)
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
