/// Which keys a query may look at, beside those before it and its own.
public struct AttentionMask: Sendable {
  /// How many of the latest keys are seen; nil for all.
  public var window: Int?
  /// For every position the first one of its document; nil for one document.
  public var documentStarts: [Int]?

  /// Everything up to the query itself unless narrowed.
  public init(window: Int? = nil, documentStarts: [Int]? = nil) {
    self.window = window
    self.documentStarts = documentStarts
  }

  /// The keys that the query at `position` sees.
  func keys(of position: Int) -> Range<Int> {
    var first = 0
    if let window { first = max(first, position + 1 - window) }
    if let documentStarts { first = max(first, documentStarts[position]) }
    return first..<(position + 1)
  }
}
