public import Diagnostics

/// Several shards as one row of tokens, in the order of their names.
public struct TokenShards: Sendable {
  /// The files.
  public let shards: [TokenShard]
  /// How many tokens there are.
  public let tokenCount: Int
  /// The vocabulary that every token must be of.
  public let vocabularySize: Int
  /// The index of each shard's first token.
  private let starts: [Int]

  /// Opens the files that a shell pattern names, without byte-count sidecars; throws V01 to V04.
  public init(matching pattern: String, vocabularySize: Int) throws(Rejection) {
    try self.init(
      paths: ShardPaths.matching(pattern, .tokens), vocabularySize: vocabularySize)
  }

  /// Opens files in this order; throws V01 to V03.
  public init(paths: [String], vocabularySize: Int) throws(Rejection) {
    var shards: [TokenShard] = []
    var starts: [Int] = []
    var count = 0
    for path in paths {
      let shard = try TokenShard(path: path)
      shards.append(shard)
      starts.append(count)
      count += shard.tokenCount
    }
    self.shards = shards
    self.starts = starts
    tokenCount = count
    self.vocabularySize = vocabularySize
  }

  /// The tokens in a range, which must lie inside; throws V05 for one outside the vocabulary.
  public func tokens(in range: Range<Int>) throws(Rejection) -> [UInt16] {
    precondition(range.lowerBound >= 0 && range.upperBound <= tokenCount, "inside the shards")
    var tokens: [UInt16] = []
    tokens.reserveCapacity(range.count)
    for (shard, start) in zip(shards, starts) {
      let part = range.clamped(to: start..<(start + shard.tokenCount))
      guard !part.isEmpty else { continue }
      let first = tokens.count
      shard.append((part.lowerBound - start)..<(part.upperBound - start), to: &tokens)
      if let bad = tokens[first...].firstIndex(where: { Int($0) >= vocabularySize }) {
        let position = part.lowerBound - start + bad - first
        throw Rejection(
          LanguageModelRules.tokenOutsideVocabulary,
          "token \(tokens[bad]) at position \(position) in a vocabulary of \(vocabularySize)",
          at: Place(file: shard.path, offset: TokenShard.headerByteCount + 2 * position))
      }
    }
    return tokens
  }

  /// The first `count` tokens, which must be there.
  public func prefix(_ count: Int) -> TokenShards {
    precondition(count >= 0 && count <= tokenCount, "inside the shards")
    return TokenShards(self, tokenCount: count)
  }

  private init(_ whole: TokenShards, tokenCount: Int) {
    shards = whole.shards
    starts = whole.starts
    vocabularySize = whole.vocabularySize
    self.tokenCount = tokenCount
  }
}

extension TokenShards: TokenSource {
  /// Lets the pages of tokens go that were read; they come back if they are asked for.
  public func forget(_ range: Range<Int>) {
    for (shard, start) in zip(shards, starts) {
      let part = range.clamped(to: start..<(start + shard.tokenCount))
      if !part.isEmpty { shard.forget((part.lowerBound - start)..<(part.upperBound - start)) }
    }
  }
}
