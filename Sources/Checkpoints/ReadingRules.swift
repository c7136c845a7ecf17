internal import Archives
internal import ByteCodecs
public import Diagnostics
internal import Files
internal import Pickle
internal import TensorCore

/// Every rule that reading or converting a checkpoint can break, from all the parsers below.
public enum ReadingRules {
  /// The rules by subject, in the order of the layers.
  public static let all: [Rule] = [
    FileRules.all, ArchiveRules.all, ByteCodecRules.all, EncodingRules.all, PickleRules.all,
    TorchRules.all, DistributedRules.all, SafetensorsRules.all, NumPyRules.all, GolfRules.all,
    ArtifactRules.all,
  ].flatMap(\.self)
}
