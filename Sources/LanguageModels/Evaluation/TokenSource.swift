public import Diagnostics

/// A stream of tokens that is read piece by piece.
public protocol TokenSource: Sendable {
  /// How many tokens there are.
  var tokenCount: Int { get }
  /// The tokens in a range, which must lie inside.
  func tokens(in range: Range<Int>) throws(Rejection) -> [UInt16]
  /// Hears that a range was read and will not be asked for again soon.
  func forget(_ range: Range<Int>)
}

/// Tokens in memory.
extension [UInt16]: TokenSource {
  /// How many tokens there are.
  public var tokenCount: Int { count }
  /// The tokens in a range, which must lie inside.
  public func tokens(in range: Range<Int>) throws(Rejection) -> [UInt16] { Array(self[range]) }
  /// Keeps them: nobody else does.
  public func forget(_ range: Range<Int>) {}
}

extension TokenSource {
  /// Gives all tokens, each piece with the position of its first, and lets go what was given.
  func forEachPiece(
    _ body: (_ start: Int, _ tokens: [UInt16]) throws(Rejection) -> Void
  ) throws(Rejection) {
    let pieceLength = 1 << 18
    for start in stride(from: 0, to: tokenCount, by: pieceLength) {
      let range = start..<min(start + pieceLength, tokenCount)
      try body(start, try tokens(in: range))
      forget(range)
    }
  }
}
