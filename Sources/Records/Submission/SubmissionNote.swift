public import JSON

/// Something odd in a submission that does not keep it from being read.
public struct SubmissionNote: Sendable, Equatable {
  /// What is odd.
  public enum Kind: String, Sendable {
    /// Two keys for the same fact say different things.
    case conflict
    /// A number stood in quotes.
    case numberAsText = "number_as_text"
    /// A field has no value: null, or an empty text.
    case empty
    /// A date in no known form.
    case unreadDate = "unread_date"
    /// A seed that is no whole number, or is listed twice.
    case oddSeed = "odd_seed"
  }

  /// What is odd.
  public let kind: Kind
  /// The keys that are concerned, as the file spells them.
  public let keys: [String]
  /// What was seen, in words.
  public let message: String

  /// As JSON: `kind`, `keys`, `message`.
  public var json: JSONValue {
    .object([
      ("kind", .string(kind.rawValue)), ("keys", .array(keys.map(JSONValue.string))),
      ("message", .string(message)),
    ])
  }
}
