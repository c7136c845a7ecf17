internal import Diagnostics
internal import LanguageModels

/// The windows of token shards that a model sees when something is learnt of it.
struct ModelWindows: Sendable {
  /// Token shards, as a pattern of paths.
  let tokenPattern: String
  /// How many tokens there are at most, each in one window.
  let tokenCount: Int
  /// How many of them the model sees at once.
  let sequenceLength: Int

  /// The windows for a model, all of one length: that of the shards where those are shorter. Throws
  /// what opening the shards throws, and E02 where they are empty.
  func sequences(
    vocabularySize: Int, maximumLength: Int?
  ) throws(Rejection) -> [[Int]] {
    let shards = try TokenShards(matching: tokenPattern, vocabularySize: vocabularySize)
    let length = min(sequenceLength, maximumLength ?? .max, shards.tokenCount)
    guard length > 0 else {
      throw Rejection(
        EvaluationRules.tooShort, "there is no token", at: Place(file: tokenPattern))
    }
    let count = max(1, min(tokenCount, shards.tokenCount) / length)
    return try (0..<count).map { (window) throws(Rejection) in
      try shards.tokens(in: (window * length)..<((window + 1) * length)).map(Int.init)
    }
  }
}
