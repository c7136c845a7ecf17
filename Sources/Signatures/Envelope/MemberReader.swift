import Diagnostics
import JSON

/// Takes members out of a JSON object, each with a type, and says where one is missing.
struct MemberReader {
  private let members: [(key: String, value: JSONValue)]
  private let path: String
  private let rule: Rule

  /// Reads `value`, which stands at `path`, under `rule`.
  init(_ value: JSONValue, at path: String, orRefuse rule: Rule) throws(Rejection) {
    guard let members = value.members else {
      throw Rejection(rule, "\(path.isEmpty ? "the document" : path) is no object")
    }
    self.members = members
    self.path = path
    self.rule = rule
  }

  /// A member; nil where there is none or null.
  func optional(_ key: String) -> JSONValue? {
    // Canonically equivalent keys are other keys.
    let value = members.first { $0.key.utf8.elementsEqual(key.utf8) }?.value
    return value == .null ? nil : value
  }

  /// A member that has to be there.
  func required(_ key: String) throws(Rejection) -> JSONValue {
    guard let value = optional(key) else { throw refusal(key, "is missing") }
    return value
  }

  /// A text that has to be there.
  func text(_ key: String) throws(Rejection) -> String {
    guard let text = try required(key).string else { throw refusal(key, "is no text") }
    return text
  }

  /// An object that has to be there.
  func object(_ key: String) throws(Rejection) -> MemberReader {
    try MemberReader(required(key), at: name(key), orRefuse: rule)
  }

  /// A list that has to be there.
  func list(_ key: String) throws(Rejection) -> [JSONValue] {
    guard let list = try required(key).elements else { throw refusal(key, "is no list") }
    return list
  }

  /// The rejection of a member.
  func refusal(_ key: String, _ message: String) -> Rejection {
    Rejection(rule, "\(name(key)) \(message)")
  }

  private func name(_ key: String) -> String { path.isEmpty ? key : "\(path).\(key)" }
}
