/// What a card says that no file of a record tells.
public struct CardOptions: Sendable {
  /// The id of the licence, such as `mit`; left out where nobody said it.
  public var license: String?
  /// The repository that the record is shared in, such as `name/parameter-golf`.
  public var repository: String?
  /// The folder in that repository; empty for its root.
  public var folder = ""
  /// Where the scores can be looked up: a title and an address.
  public var source: (name: String, url: String)?

  /// A card that says nothing beyond the record.
  public init() {}
}
