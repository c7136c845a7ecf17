public import Diagnostics
internal import Files
internal import TensorCore

/// The bytes of text behind each token, from files beside the tokens (`fineweb_val_bytes_*.bin`).
///
/// Where a tokenizer rewrites the text, as CaseOps does with capitals, the vocabulary cannot tell
/// how many bytes the original had; the sidecar does.
public struct ByteCountSidecar: Sendable {
  private let counts: TokenShards

  /// Opens the sidecars that a shell pattern names; throws V04 where there is none and V06 where
  /// they do not fit `tokens`.
  public init(matching pattern: String, for tokens: TokenShards) throws(Rejection) {
    try self.init(
      paths: ShardPaths.matching(pattern, .byteCounts), for: tokens, at: Place(file: pattern))
  }

  /// Opens the sidecars that lie beside the shards, under the shards' names with `bytes_` before
  /// the number; nil where there is none. Throws V06 where a shard lacks its own, or they do not
  /// fit.
  public init?(beside tokens: TokenShards) throws(Rejection) {
    let paths = tokens.shards.map { ShardPaths.sidecar(of: $0.path) }
    let present = paths.filter { FileIdentity(path: $0) != nil }
    guard let first = present.first else { return nil }
    if let missing = paths.first(where: { !present.contains($0) }) {
      throw Rejection(
        LanguageModelRules.sidecarLength,
        "\(present.count) of \(paths.count) shards have one; \(first) is there, this is not",
        at: Place(file: missing))
    }
    try self.init(paths: paths, for: tokens, at: Place(file: first))
  }

  private init(paths: [String], for tokens: TokenShards, at place: Place) throws(Rejection) {
    // A count is no token: any 16 bits are one.
    counts = try TokenShards(paths: paths, vocabularySize: 1 << 16)
    let wanted = tokens.shards.map(\.tokenCount)
    let present = counts.shards.map(\.tokenCount)
    guard present == wanted else {
      throw Rejection(
        LanguageModelRules.sidecarLength,
        "\(present) counts in \(present.count) files; the tokens are \(wanted)", at: place)
    }
  }

  /// The bytes of the tokens in a range, which must lie inside.
  public func byteCount(of range: Range<Int>) throws(Rejection) -> Int {
    try counts.tokens(in: range).reduce(0) { $0 + Int($1) }
  }
}
