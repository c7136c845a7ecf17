/// The formats that can be read: the one list that recognition, help and tests go through.
public enum CheckpointFormats {
  /// Every format, in the order in which content is examined.
  public static let all: [any CheckpointFormat.Type] = [
    ArtifactFormat.self, DistributedFormat.self, ShardedSafetensorsFormat.self,
    SafetensorsFormat.self, NumPyArchiveFormat.self, NumPyArrayFormat.self, PyTorchFormat.self,
    PerGroupFormat.self, LegacyPyTorchFormat.self, PickleFormat.self, TarPyTorchFormat.self,
  ]
}
