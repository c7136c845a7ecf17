public import Diagnostics
internal import TensorCore

/// A single array as `numpy.save` writes it; its only tensor is called `array`.
public enum NumPyArrayFormat: CheckpointFormat {
  /// `npy`.
  public static let id = "npy"
  /// The heading in lists of formats.
  public static let title = "NumPy array"
  /// The specification.
  public static let reference =
    "https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html"

  /// Whether the file begins with NumPy's magic bytes.
  public static func recognizes(_ input: CheckpointInput) -> Bool {
    !input.isFolder && NumPyArray.hasMagic(input.storage.bytes)
  }

  /// Reads the header; the tensor is a view of the input. Throws N01 to N09.
  public static func open(
    _ input: CheckpointInput, audit: inout Audit
  ) throws(Rejection) -> Checkpoint {
    let warningsBefore = audit.warnings.count
    let array = try NumPyArray(parsing: input.storage.bytes, audit: &audit)
    let content = try array.content(of: input.storage)
    return Checkpoint(
      format: id, tensors: [NamedTensor(name: "array", content: content)],
      warnings: Array(audit.warnings[warningsBefore...]))
  }
}
