internal import Checkpoints
internal import Diagnostics
internal import Files
internal import Merging
internal import TensorCore

extension NamedTensor {
  /// The elements one behind the other, as what merges read.
  func mergeElements() throws(Rejection) -> MergeElements {
    guard let elements = MergeElements(try contiguousStorage(), dtype) else {
      throw Rejection(MergeRules.tensors, "\(dtype.rawValue) is no type to merge")
    }
    return elements
  }

  /// The bytes one behind the other: where they lie, or in a scratch file.
  func contiguousStorage() throws(Rejection) -> Storage {
    if let storage = content.contiguousStorage { return storage }
    var file = try ScratchFile()
    try content.forEachChunk { (chunk) throws(Rejection) in try file.append(chunk) }
    return try file.finish()
  }
}
