public import Diagnostics
internal import Pickle
internal import TensorCore

/// PyTorch's format from 0.2 to 1.5: five pickles back to back, then the storages.
///
/// The pickles are a magic number, a protocol number, facts about the machine, the object, and the
/// list of the storages' keys. Each storage is its length in elements and its bytes.
public enum LegacyPyTorchFormat: CheckpointFormat {
  /// The id in reports.
  public static let id = "pytorch-legacy"
  /// One line for people.
  public static let title = "PyTorch before 1.6: a sequence of pickles and storages"
  /// The writer that defines the format.
  public static let reference = "PyTorch, torch/serialization.py: _legacy_save"

  /// 119547037146038801333356, little-endian.
  private static let magic: [UInt8] = [0x6C, 0xFC, 0x9C, 0x46, 0xF9, 0x20, 0x6A, 0xA8, 0x50, 0x19]

  /// Whether the first pickle is the magic number, as a literal.
  ///
  /// A number that the pickle computes would be a program: PyTorch runs it before it compares.
  public static func recognizes(_ input: CheckpointInput) -> Bool {
    let bytes = input.storage.bytes
    let head = bytes.extracting(0..<min(bytes.byteCount, 40)).copied()
    guard head.first == 0x80 else { return false }
    let literal: [UInt8] = [0x8A, UInt8(magic.count)] + magic
    return head.indices.contains { head[$0...].starts(with: literal) }
  }

  /// Reads the pickles; the tensors stay where they are in the file.
  public static func open(
    _ input: CheckpointInput, audit: inout Audit
  ) throws(Rejection) -> Checkpoint {
    let stream = try LegacyStream(
      input.storage, policy: TorchObjectBuilder.policy, audit: &audit)
    return try TorchObject.checkpoint(
      of: stream.object(audit: &audit), format: id, inputByteCount: input.storage.byteCount,
      audit: &audit)
  }
}
