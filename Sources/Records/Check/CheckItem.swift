public import JSON

/// One line of the checklist of a record.
public struct CheckItem: Sendable, Equatable {
  /// How it stands.
  public enum State: String, Sendable {
    /// It is there, and nothing speaks against it.
    case present
    /// It is not there.
    case missing
    /// Two things in the record cannot both be true, or one cannot be true at all.
    case contradiction
    /// Worth knowing, and no reason to refuse the record.
    case note
  }

  /// What it is about: a word that scripts can look for, the same in every version.
  public let id: String
  /// How it stands.
  public let state: State
  /// Whether the challenge asks for it.
  public let isRequired: Bool
  /// What was seen, with the numbers.
  public let message: String
  /// The file or the key that it is about.
  public let place: String?

  init(
    _ id: String, _ state: State, isRequired: Bool = false, _ message: String,
    at place: String? = nil
  ) {
    self.id = id
    self.state = state
    self.isRequired = isRequired
    self.message = message
    self.place = place
  }

  /// Whether the record should not be sent like this: it contradicts itself, or lacks something
  /// that it must have.
  public var isFailure: Bool { state == .contradiction || (state == .missing && isRequired) }

  /// As JSON: `id`, `state`, `required`, `message`, `where`.
  public var json: JSONValue {
    .object([
      ("id", .string(id)), ("state", .string(state.rawValue)), ("required", .bool(isRequired)),
      ("message", .string(message)), ("where", place.map(JSONValue.string) ?? .null),
    ])
  }
}
