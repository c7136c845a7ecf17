public import Diagnostics
internal import Files
internal import Glibc
internal import TensorCore

/// A folder that `torch.distributed.checkpoint` saved: `.metadata` and one file for each rank.
///
/// Every chunk of a tensor is a `torch.save` zip of its own inside a rank's file.
public enum DistributedFormat: CheckpointFormat {
  /// The id in reports.
  public static let id = "pytorch-dcp"
  /// One line for people.
  public static let title =
    "PyTorch distributed checkpoint: a folder of .metadata and .distcp files"
  /// The writer that defines the format.
  public static let reference = "PyTorch 2.15, torch/distributed/checkpoint/filesystem.py"

  /// Whether the input is a folder with a `.metadata` file.
  public static func recognizes(_ input: CheckpointInput) -> Bool {
    guard input.isFolder else { return false }
    return unsafe access(input.path + "/.metadata", R_OK) == 0
  }

  /// Reads the metadata and the header of every chunk.
  public static func open(
    _ input: CheckpointInput, audit: inout Audit
  ) throws(Rejection) -> Checkpoint {
    let path = input.path + "/.metadata"
    let storage = Storage(try FileMapping(path: path))
    let value = try locating(Place(file: path)) { () throws(Rejection) in
      try TorchObject.value(
        ofPickle: storage.bytes, storages: EmptyStorageSource(fileByteCount: storage.byteCount),
        audit: &audit)
    }
    var reader = DistributedReader(folder: input.path)
    var checkpoint = try reader.checkpoint(DistributedMetadata(value), audit: &audit)
    checkpoint.byteCount += storage.byteCount
    return checkpoint
  }
}
