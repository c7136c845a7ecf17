/// What a recipe says of the vocabulary of the result, in mergekit's `tokenizer_source` and
/// `tokenizer`.
public struct VocabularyRecipe: Sendable, Equatable {
  /// Whose tokens the result has.
  public enum Source: Sendable, Equatable {
    /// The base's, and behind them those of the others.
    case union
    /// The base's, or the first model's where there is none.
    case base
    /// A model's.
    case model(ModelReference)
  }

  /// Where a row of the embedding comes from.
  public enum Row: Sendable, Equatable {
    /// The row of the same token in a model.
    case model(ModelReference)
    /// The row of a token in a model.
    case token(ModelReference, String)
    /// The row of an id in a model.
    case id(ModelReference, Int)
    /// Nothing but zeros.
    case zero
  }

  /// What is said of one token.
  public struct Token: Sendable, Equatable {
    /// The token.
    public let text: String
    /// Its row in models that do not have it.
    public let row: Row
    /// Whether models that have it get the row too.
    public let isForced: Bool
    /// Where it stands.
    public let line: Int
  }

  /// Whose tokens the result has.
  public let source: Source
  /// What is said of single tokens.
  public var tokens: [Token] = []
  /// What the number of rows is a multiple of; nil for as many as there are ids.
  public var multiple: Int?
  /// Where it stands.
  public let line: Int

  /// Whether the result has other tokens or rows than any of the models.
  var isChanging: Bool { source == .union || !tokens.isEmpty || multiple != nil }
}
