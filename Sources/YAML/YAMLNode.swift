public import JSON

/// A value of a YAML document, and the line that it begins on.
public struct YAMLNode: Sendable {
  /// What a value is.
  public enum Content: Sendable {
    /// A text; one without quotes may stand for something else.
    case scalar(String, isPlain: Bool)
    /// Values in order.
    case list([YAMLNode])
    /// Values under keys, in order; no key stands twice.
    case map([Member])
  }

  /// A value under a key.
  public struct Member: Sendable {
    /// The key.
    public let key: String
    /// The line of the key.
    public let line: Int
    /// The value.
    public let value: YAMLNode
  }

  /// The line that it begins on, from 1 on.
  public let line: Int
  /// What it is.
  public let content: Content

  /// The members of a mapping; nil of anything else.
  public var members: [Member]? {
    if case .map(let members) = content { members } else { nil }
  }

  /// The elements of a list; nil of anything else.
  public var elements: [YAMLNode]? {
    if case .list(let elements) = content { elements } else { nil }
  }

  /// The text of a scalar; nil of anything else.
  public var text: String? {
    if case .scalar(let text, _) = content { text } else { nil }
  }

  /// Whether it is nothing: empty, `~` or `null` without quotes.
  public var isNull: Bool { json == .null }

  /// The value under a key.
  public subscript(key: String) -> YAMLNode? { members?.first { $0.key == key }?.value }

  /// The value without lines; scalars without quotes by the rules of YAML 1.2's core schema.
  public var json: JSONValue {
    switch content {
    case .scalar(let text, let isPlain): isPlain ? Self.plain(text) : .string(text)
    case .list(let elements): .array(elements.map(\.json))
    case .map(let members): .object(members.map { ($0.key, $0.value.json) })
    }
  }

  private static func plain(_ text: String) -> JSONValue {
    switch text {
    case "", "~", "null", "Null", "NULL": return .null
    case "true", "True", "TRUE": return .bool(true)
    case "false", "False", "FALSE": return .bool(false)
    default: break
    }
    if let integer = Int(text) { return .integer(integer) }
    let isNumber = text.first.map { $0.isNumber || "+-.".contains($0) } ?? false
    if isNumber, let number = Double(text), number.isFinite { return .number(number) }
    return .string(text)
  }
}
