package import Diagnostics

/// Takes members out of an object, each with a type: what is missing or of another type breaks a
/// rule. Members that nobody asks for are passed over, since later versions only ever add keys.
package struct ObjectReader<Key: RawRepresentable<String>> {
  private let members: [(key: String, value: JSONValue)]
  /// Where the object stands in the document: empty, or such as `files[0]`.
  private let path: String
  /// The rule that a defect breaks.
  package let rule: Rule

  /// Reads `value`, which stands at `path`; throws the rule where it is no object.
  package init(_ value: JSONValue, at path: String = "", orRefuse rule: Rule) throws(Rejection) {
    guard let members = value.members else {
      throw Rejection(rule, "\(path.isEmpty ? "the document" : path) is no object")
    }
    self.members = members
    self.path = path
    self.rule = rule
  }

  /// What is wrong with a member, in words that follow its name.
  package func refusal(_ key: Key, _ message: String) -> Rejection {
    Rejection(rule, "\(name(key)) \(message)")
  }

  private func name(_ key: Key) -> String {
    path.isEmpty ? key.rawValue : "\(path).\(key.rawValue)"
  }

  /// A member; nil where there is none or null.
  package func optional(_ key: Key) -> JSONValue? {
    // Canonically equivalent keys are other keys.
    let value = members.first { $0.key.utf8.elementsEqual(key.rawValue.utf8) }?.value
    return value == .null ? nil : value
  }

  /// A member that has to be there.
  package func required(_ key: Key) throws(Rejection) -> JSONValue {
    guard let value = optional(key) else { throw refusal(key, "is missing") }
    return value
  }
}

extension ObjectReader {
  /// A text that has to be there.
  package func text(_ key: Key) throws(Rejection) -> String {
    guard let text = try required(key).string else { throw refusal(key, "is no text") }
    return text
  }

  /// A text, if there is one.
  package func optionalText(_ key: Key) throws(Rejection) -> String? {
    optional(key) == nil ? nil : try text(key)
  }

  /// A whole number that is not negative.
  package func count(_ key: Key) throws(Rejection) -> Int {
    guard let count = try required(key).integer, count >= 0 else {
      throw refusal(key, "is no count")
    }
    return count
  }

  /// The same, if there is one.
  package func optionalCount(_ key: Key) throws(Rejection) -> Int? {
    optional(key) == nil ? nil : try count(key)
  }

  /// A number.
  package func number(_ key: Key) throws(Rejection) -> Double {
    switch try required(key) {
    case .number(let number): return number
    case .integer(let number): return Double(number)
    default: throw refusal(key, "is no number")
    }
  }

  /// A number, if there is one.
  package func optionalNumber(_ key: Key) throws(Rejection) -> Double? {
    optional(key) == nil ? nil : try number(key)
  }
}

extension ObjectReader {
  /// A list that has to be there.
  package func elements(_ key: Key) throws(Rejection) -> [JSONValue] {
    guard let elements = try required(key).elements else { throw refusal(key, "is no list") }
    return elements
  }

  /// A list of counts.
  package func counts(_ key: Key) throws(Rejection) -> [Int] {
    var counts: [Int] = []
    for element in try elements(key) {
      guard let count = element.integer, count >= 0 else {
        throw refusal(key, "is no list of counts")
      }
      counts.append(count)
    }
    return counts
  }

  /// A list of texts.
  package func texts(_ key: Key) throws(Rejection) -> [String] {
    var texts: [String] = []
    for element in try elements(key) {
      guard let text = element.string else { throw refusal(key, "is no list of texts") }
      texts.append(text)
    }
    return texts
  }

  /// An object that has to be there, with a reader of its own.
  package func object(_ key: Key) throws(Rejection) -> ObjectReader {
    try ObjectReader(required(key), at: name(key), orRefuse: rule)
  }

  /// An object, if there is one.
  package func optionalObject(_ key: Key) throws(Rejection) -> ObjectReader? {
    optional(key) == nil ? nil : try object(key)
  }

  /// A list of objects that has to be there, each with a reader of its own.
  package func objects(_ key: Key) throws(Rejection) -> [ObjectReader] {
    var readers: [ObjectReader] = []
    for (index, element) in try elements(key).enumerated() {
      readers.append(try ObjectReader(element, at: "\(name(key))[\(index)]", orRefuse: rule))
    }
    return readers
  }

  /// The same; none where the key is absent.
  package func optionalObjects(_ key: Key) throws(Rejection) -> [ObjectReader] {
    optional(key) == nil ? [] : try objects(key)
  }
}
