public import Diagnostics
internal import TensorCore

/// A pickle in a file of its own, whose tensors are NumPy arrays or PyTorch tensors.
///
/// The MLX training script of the challenge writes its artifact so, inside zlib. `pickle.dumps`
/// puts the storage of each PyTorch tensor into a byte string, as a legacy file.
public enum PickleFormat: CheckpointFormat {
  /// The id in reports.
  public static let id = "pickle"
  /// One line for people.
  public static let title = "Python pickle of NumPy arrays or PyTorch tensors, protocols 2 to 5"
  /// The module that defines the format.
  public static let reference = "CPython, Lib/pickle.py and Lib/pickletools.py"

  /// Whether the bytes begin with the opcode PROTO.
  public static func recognizes(_ input: CheckpointInput) -> Bool {
    input.starts(with: [0x80])
  }

  /// Runs the pickle as data.
  public static func open(
    _ input: CheckpointInput, audit: inout Audit
  ) throws(Rejection) -> Checkpoint {
    let source = EmptyStorageSource(fileByteCount: input.storage.byteCount)
    let value = try TorchObject.value(
      ofPickle: input.storage.bytes, storages: source, audit: &audit)
    return try TorchObject.checkpoint(
      of: value, format: id, inputByteCount: input.storage.byteCount, audit: &audit)
  }
}

/// A pickle without storages beside it.
struct EmptyStorageSource: TorchStorageSource {
  let fileByteCount: Int
  let isBigEndian = false

  func bytes(of storage: TorchStorage, audit: inout Audit) throws(Rejection) -> Storage {
    throw Rejection(TorchRules.missingStorage, "the file is a pickle and holds no storages")
  }
}
