public import Diagnostics

/// What tells how many bytes of text tokens stand for.
public enum ByteCountSource: Sendable {
  /// A tokenizer's vocabulary.
  case vocabulary(TokenByteCounts)
  /// Files beside the shards.
  case sidecar(ByteCountSidecar)

  /// The bytes of the tokens at these positions, of which the first has one before it. Throws K05
  /// for a token that the vocabulary lacks.
  public func byteCount(
    of targets: Range<Int>, in tokens: TokenShards
  ) throws(Rejection) -> Int {
    switch self {
    case .vocabulary(let counts):
      let range = (targets.lowerBound - 1)..<targets.upperBound
      return try counts.byteCount(ofTargetsIn: tokens.tokens(in: range))
    case .sidecar(let sidecar):
      return try sidecar.byteCount(of: targets)
    }
  }
}
