internal import Checkpoints
internal import Diagnostics
internal import Files
internal import Merging
internal import TensorCore

extension NamedTensor {
  /// The elements one behind the other: where they lie, or in a scratch file.
  func mergeElements() throws(Rejection) -> MergeElements {
    var storage = content.contiguousStorage
    if storage == nil {
      var file = try ScratchFile()
      try content.forEachChunk { (chunk) throws(Rejection) in try file.append(chunk) }
      storage = try file.finish()
    }
    guard let elements = storage.flatMap({ MergeElements($0, dtype) }) else {
      throw Rejection(MergeRules.tensors, "\(dtype.rawValue) is no type to merge")
    }
    return elements
  }
}
