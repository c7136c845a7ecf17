internal import Archives
public import Diagnostics
internal import Pickle
internal import TensorCore

/// PyTorch's zip container, as `torch.save` writes it since 1.6 and `torch.jit.save` since 1.0.
public enum PyTorchFormat: CheckpointFormat {
  /// The id in reports.
  public static let id = "pytorch"
  /// One line for people.
  public static let title =
    "PyTorch zip: torch.save of state dicts, modules, optimizers; TorchScript"
  /// The writer that defines the format.
  public static let reference = "PyTorch 2.15, torch/serialization.py and caffe2/serialize"

  /// Whether the bytes begin like a zip; NumPy archives are asked first.
  public static func recognizes(_ input: CheckpointInput) -> Bool {
    input.starts(with: [0x50, 0x4B, 0x03, 0x04])
  }

  /// Reads the directory and the pickle; tensors stay where they are in the file.
  public static func open(
    _ input: CheckpointInput, audit: inout Audit
  ) throws(Rejection) -> Checkpoint {
    let archive = try TorchArchive(input.storage, place: input.place, audit: &audit)
    let value = try object(of: archive, audit: &audit)
    let byteCount = input.storage.byteCount
    var checkpoint =
      if archive.isTorchScript {
        try archive.scriptCheckpoint(of: value, inputByteCount: byteCount, audit: &audit)
      } else {
        try TorchObject.checkpoint(
          of: value, format: id, inputByteCount: byteCount, audit: &audit)
      }
    checkpoint.payloadChecks = archive.members.payloadChecks
    return checkpoint
  }

  /// The object that `data.pkl` describes.
  static func object(
    of archive: TorchArchive, audit: inout Audit
  ) throws(Rejection) -> TorchValue {
    let name = archive.root + "data.pkl"
    let pickle = try archive.record("data.pkl", audit: &audit)
    return try locating(Place(member: name)) { () throws(Rejection) in
      let source = ArchiveStorageSource(archive: archive)
      let graph = try TorchObject.graph(ofPickle: pickle.bytes, audit: &audit)
      let storages = try TorchObjectBuilder.storages(of: graph, source, audit: &audit)
      archive.warnOfOrphans(besides: storages.keys, audit: &audit)
      return try TorchObjectBuilder.build(graph, storages: source, audit: &audit)
    }
  }
}

/// From pickled bytes to a checkpoint, for every container that PyTorch objects come in.
enum TorchObject {
  /// The object of a pickle that fills `bytes`.
  static func value(
    ofPickle bytes: RawSpan, storages source: any TorchStorageSource, audit: inout Audit
  ) throws(Rejection) -> TorchValue {
    let graph = try graph(ofPickle: bytes, audit: &audit)
    return try TorchObjectBuilder.build(graph, storages: source, audit: &audit)
  }

  /// The graph of a pickle that fills `bytes`.
  static func graph(
    ofPickle bytes: RawSpan, audit: inout Audit
  ) throws(Rejection) -> PickleGraph {
    let graph = try PickleMachine.run(bytes, policy: TorchObjectBuilder.policy, audit: &audit)
    try graph.requireEnd(of: bytes, audit: &audit)
    return graph
  }

  /// The tensors of an object: a compressed artifact's by its family's rules, else by their paths.
  static func checkpoint(
    of value: TorchValue, format: String, inputByteCount: Int, audit: inout Audit
  ) throws(Rejection) -> Checkpoint {
    if let family = GolfFamilies.family(of: value) {
      return Checkpoint(
        format: family.id, tensors: try family.tensors(from: value, audit: &audit),
        metadata: family.metadata(of: value))
    }
    let flat = try StateFlattener.flatten(value, ofInput: inputByteCount, audit: &audit)
    guard !flat.tensors.isEmpty || flat.metadata.isEmpty else {
      throw Rejection(TorchRules.noTensors, "the object holds \(flat.metadata.count) other values")
    }
    return Checkpoint(
      format: format, tensors: flat.tensors, metadata: flat.metadata, ties: flat.ties)
  }
}
