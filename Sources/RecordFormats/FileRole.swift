/// What a file of a record is for, told by its name: a first guess for people, and never a reason
/// to run or load anything.
public enum FileRole: String, Sendable, CaseIterable {
  /// The text that people read first.
  case readme
  /// A description that scripts read.
  case submission
  /// What a run printed.
  case log
  /// The script that trains.
  case script
  /// Other source code.
  case code
  /// The packages that the script needs.
  case requirements
  /// Weights in full precision.
  case weights
  /// Weights as small as the challenge counts them.
  case artifact
  /// A tokenizer or its vocabulary.
  case tokenizer
  /// A list of files with their digests.
  case manifest
  /// A proof of who made it.
  case signature
  /// Anything else.
  case other

  /// Whether a checkpoint may be in it.
  public var holdsTensors: Bool { self == .weights || self == .artifact }
}
