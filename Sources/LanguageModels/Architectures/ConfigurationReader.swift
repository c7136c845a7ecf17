internal import Diagnostics
internal import JSON

/// Takes the values of a model's configuration out of JSON; A02 names the key that is not what it
/// has to be.
struct ConfigurationReader {
  private let json: JSONValue

  /// Reads an object; what is none has no keys.
  init(_ json: JSONValue) { self.json = json }

  /// The value of a key that is there and not null.
  private func value(_ key: String) -> JSONValue? {
    guard let value = json[key], value != .null else { return nil }
    return value
  }

  /// An object inside.
  func object(_ key: String) throws(Rejection) -> ConfigurationReader? {
    guard let value = value(key) else { return nil }
    guard value.members != nil else { throw wrong(key, "an object of keys and values") }
    return ConfigurationReader(value)
  }

  func has(_ key: String) -> Bool { value(key) != nil }

  /// Whether the key is there, be it with the value null.
  func states(_ key: String) -> Bool { json[key] != nil }

  func integer(_ key: String) throws(Rejection) -> Int? {
    guard let value = value(key) else { return nil }
    if let integer = value.integer { return integer }
    if case .number(let number) = value, let integer = Int(exactly: number) { return integer }
    if let text = value.string, let integer = Int(text) { return integer }
    throw wrong(key, "a whole number")
  }

  /// A token id; nil where the key is none, as nobody may ask for it.
  func token(_ key: String) -> Int? {
    guard let token = value(key)?.integer, token >= 0 else { return nil }
    return token
  }

  func number(_ key: String) throws(Rejection) -> Double? {
    guard let value = value(key) else { return nil }
    if let integer = value.integer { return Double(integer) }
    if case .number(let number) = value { return number }
    if let text = value.string, let number = Double(text), number.isFinite { return number }
    throw wrong(key, "a finite number")
  }

  /// A truth value, which scripts also write as 0 and 1.
  func bool(_ key: String) throws(Rejection) -> Bool? {
    guard let value = value(key) else { return nil }
    if case .bool(let bool) = value { return bool }
    switch value.integer ?? value.string.flatMap({ Int($0) }) {
    case 0: return false
    case 1: return true
    default: throw wrong(key, "true or false")
    }
  }

  func text(_ key: String) throws(Rejection) -> String? {
    guard let value = value(key) else { return nil }
    guard let text = value.string else { throw wrong(key, "text") }
    return text
  }

  /// A list of texts.
  func texts(_ key: String) throws(Rejection) -> [String]? {
    guard let value = value(key) else { return nil }
    let texts = (value.elements ?? []).compactMap(\.string)
    guard let elements = value.elements, texts.count == elements.count else {
      throw wrong(key, "a list of words")
    }
    return texts
  }

  /// Throws A02 with what is wrong unless a condition holds.
  func require(_ condition: Bool, _ complaint: String) throws(Rejection) {
    guard condition else { throw Rejection(ArchitectureRules.configuration, complaint) }
  }

  /// One of a few words.
  func choice<Choice: RawRepresentable & CaseIterable>(
    _ key: String, _: Choice.Type
  ) throws(Rejection) -> Choice? where Choice.RawValue == String {
    guard let text = try text(key) else { return nil }
    guard let choice = Choice(rawValue: text) else {
      throw wrong(key, "one of " + Choice.allCases.map(\.rawValue).joined(separator: ", "))
    }
    return choice
  }

  /// A list of numbers, or text with commas between them.
  func integers(_ key: String) throws(Rejection) -> [Int]? {
    guard let value = value(key) else { return nil }
    let items: [Int?]
    if let elements = value.elements {
      items = elements.map(\.integer)
    } else if let text = value.string {
      items = text.split(separator: ",").map { part in
        Int(String(part.filter { $0 != " " }))
      }
    } else {
      throw wrong(key, "a list of whole numbers")
    }
    let integers = items.compactMap(\.self)
    guard integers.count == items.count else { throw wrong(key, "a list of whole numbers") }
    return integers
  }

  private func wrong(_ key: String, _ wanted: String) -> Rejection {
    Rejection(ArchitectureRules.configuration, "\(key) has to be \(wanted)")
  }
}
