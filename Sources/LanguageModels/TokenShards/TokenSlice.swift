public import Diagnostics

/// A part of a stream of tokens.
public struct TokenSlice<Source: TokenSource>: TokenSource {
  /// The stream.
  public let source: Source
  /// Which of its tokens there are.
  public let range: Range<Int>

  /// The tokens of `source` in a range, which must lie inside.
  public init(_ source: Source, _ range: Range<Int>) {
    precondition(
      range.lowerBound >= 0 && range.upperBound <= source.tokenCount, "inside the stream")
    self.source = source
    self.range = range
  }

  /// How many tokens there are.
  public var tokenCount: Int { range.count }

  /// The tokens in a range, which must lie inside; throws what reading the stream throws.
  public func tokens(in part: Range<Int>) throws(Rejection) -> [UInt16] {
    try source.tokens(in: inSource(part))
  }

  /// Hears that a range was read and will not be asked for again soon.
  public func forget(_ part: Range<Int>) { source.forget(inSource(part)) }

  /// Where a range of the slice lies in the stream.
  public func inSource(_ part: Range<Int>) -> Range<Int> {
    (range.lowerBound + part.lowerBound)..<(range.lowerBound + part.upperBound)
  }
}
