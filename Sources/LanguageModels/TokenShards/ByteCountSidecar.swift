public import Diagnostics

/// The bytes of text behind each token, from files beside the tokens (`fineweb_val_bytes_*.bin`).
///
/// Where a tokenizer rewrites the text, as CaseOps does with capitals, the vocabulary cannot tell
/// how many bytes the original had; the sidecar does.
public struct ByteCountSidecar: Sendable {
  private let counts: TokenShards

  /// Opens the sidecars that a shell pattern names; throws V06 where they do not fit `tokens`.
  public init(matching pattern: String, for tokens: TokenShards) throws(Rejection) {
    let paths = try ShardPaths.matching(pattern, .byteCounts)
    // A count is no token: any 16 bits are one.
    counts = try TokenShards(paths: paths, vocabularySize: 1 << 16)
    let wanted = tokens.shards.map(\.tokenCount)
    let present = counts.shards.map(\.tokenCount)
    guard present == wanted else {
      throw Rejection(
        LanguageModelRules.sidecarLength,
        "\(present) counts in \(present.count) files; the tokens are \(wanted)",
        at: Place(file: pattern))
    }
  }

  /// The bytes of the tokens in a range, which must lie inside.
  public func byteCount(of range: Range<Int>) throws(Rejection) -> Int {
    try counts.tokens(in: range).reduce(0) { $0 + Int($1) }
  }
}
