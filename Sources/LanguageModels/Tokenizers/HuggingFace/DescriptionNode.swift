internal import Diagnostics
internal import JSON

/// A value of a tokenizer.json with the path to it, for messages.
struct DescriptionNode {
  let value: JSONValue
  let path: String

  /// A rejection of this value as wrong in itself.
  func damage(_ message: String) -> Rejection {
    Rejection(LanguageModelRules.damagedDescription, "\(path): \(message)")
  }

  /// A rejection of this value as something that is not implemented.
  func unsupported(_ message: String) -> Rejection {
    Rejection(LanguageModelRules.unsupportedStep, "\(path): \(message)")
  }

  /// A member; nil where it is absent or null.
  func optional(_ key: String) -> DescriptionNode? {
    guard let member = value[key], member != .null else { return nil }
    return DescriptionNode(value: member, path: path.isEmpty ? key : "\(path).\(key)")
  }

  /// A member that must be there.
  func required(_ key: String) throws(Rejection) -> DescriptionNode {
    guard let member = optional(key) else { throw damage("has no \(key)") }
    return member
  }

  /// The text that this must be.
  func text() throws(Rejection) -> String {
    guard let text = value.string else { throw damage("is no text") }
    return text
  }

  /// The number that this must be.
  func count() throws(Rejection) -> Int {
    guard let number = value.integer, number >= 0 else { throw damage("is no count") }
    return number
  }

  /// The elements of the list that this must be.
  func elements() throws(Rejection) -> [DescriptionNode] {
    guard let elements = value.elements else { throw damage("is no list") }
    return elements.enumerated().map { DescriptionNode(value: $1, path: "\(path)[\($0)]") }
  }

  /// A flag; `standard` where it is absent.
  func flag(_ key: String, _ standard: Bool = false) throws(Rejection) -> Bool {
    guard let member = optional(key) else { return standard }
    guard case .bool(let flag) = member.value else {
      throw member.damage("is neither true nor false")
    }
    return flag
  }

  /// The steps of a sequence, nested ones in place; the step alone where it is none.
  func steps(_ list: String, depth: Int = 0) throws(Rejection) -> [DescriptionNode] {
    guard try required("type").text() == "Sequence" else { return [self] }
    guard depth < 8 else { throw unsupported("is nested too deeply") }
    var steps: [DescriptionNode] = []
    for step in try required(list).elements() {
      steps += try step.steps(list, depth: depth + 1)
    }
    return steps
  }
}
