internal import Diagnostics
internal import YAML

/// What a recipe says of how models are judged where its method chooses among them.
public struct MergeEvaluation: Sendable {
  /// The token shards, as a pattern of paths.
  public let tokens: String
  /// How many of the tokens are used at most.
  public let maximumTokenCount: Int
  /// How many tokens the model sees at once.
  public let sequenceLength: Int

  private static let keys = ["tokens", "max_tokens", "sequence_length"]
  private static let standardTokenCount = 131_072
  private static let standardLength = 1024

  /// Reads `evaluation`; throws M01, M02 and M03.
  init(_ node: YAMLNode) throws(Rejection) {
    let reader = MergeReader(node, "evaluation")
    try reader.allow(Self.keys)
    tokens = try reader.text("tokens", of: try reader.need("tokens"))
    maximumTokenCount = try reader.count("max_tokens") ?? Self.standardTokenCount
    sequenceLength = try reader.count("sequence_length") ?? Self.standardLength
    guard maximumTokenCount > sequenceLength else {
      throw Rejection(
        MergeRules.parameter,
        "line \(node.line): max_tokens is \(maximumTokenCount), which fills no sequence of "
          + "\(sequenceLength)")
    }
  }
}
