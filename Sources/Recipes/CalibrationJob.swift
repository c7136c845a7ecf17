internal import Checkpoints
public import Diagnostics
public import LanguageModels

/// What `calibrate` is asked to do.
public struct CalibrationJob: Sendable {
  /// The token shards, as a pattern of paths.
  public var tokenPattern: String
  /// How many tokens the model sees at once.
  public var sequenceLength = 1024
  /// How many tokens of the shards are used; nil for all.
  public var maximumTokenCount: Int?
  /// Patterns of which a weight's name must match one; empty takes all.
  public var patterns: [String] = []

  /// A job on the shards that `tokenPattern` matches.
  public init(tokenPattern: String) {
    self.tokenPattern = tokenPattern
  }

  /// What a run will go through and keep.
  public struct Plan: Sendable {
    /// The inputs and the weights that read them.
    public let layers: CalibrationLayers
    /// How many tokens the model will see.
    public let tokenCount: Int
    fileprivate let tokens: TokenShards
    /// The files that the tokens are read from.
    public var shardPaths: [String] { tokens.shards.map(\.path) }
  }

  /// Opens the shards and finds the layers; throws what that throws, H01 and H02.
  public func plan(for loaded: LoadedModel) throws(Rejection) -> Plan {
    let shards = try TokenShards(
      matching: tokenPattern, vocabularySize: loaded.model.vocabularySize)
    let globs = patterns.map(NameGlob.init)
    let layers = try CalibrationLayers(of: loaded.model, where: globs.admit)
    let count = min(shards.tokenCount, maximumTokenCount ?? .max)
    let used = count / sequenceLength * sequenceLength
    return Plan(layers: layers, tokenCount: used, tokens: shards.prefix(used))
  }

  /// Gathers the statistics of a model's layers; throws E01, E02 and what reading tokens throws.
  public func run(
    _ loaded: LoadedModel, _ plan: Plan, progress: (_ tokenCount: Int) -> Void = { _ in }
  ) throws(Rejection) -> Calibration {
    try Calibration(
      of: loaded.model, plan.layers, on: plan.tokens, length: sequenceLength, progress: progress)
  }
}
