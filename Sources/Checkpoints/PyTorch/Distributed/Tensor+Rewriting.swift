internal import Diagnostics
internal import Files
internal import TensorCore

extension Tensor {
  /// The tensor with `transform` carried out, in a scratch file.
  func rewritten(by transform: ElementTransform) throws(Rejection) -> Tensor {
    var scratch = try ScratchFile()
    try forEachChunk { chunk throws(Rejection) in
      let bytes = transform.applied(to: chunk, of: dtype)
      try scratch.append(unsafe bytes.span.bytes)
    }
    let storage = try scratch.finish()
    guard let tensor = Tensor(dtype: dtype, shape: shape, storage: storage) else {
      throw DistributedMetadata.malformed("a chunk of \(shape) does not fit its bytes")
    }
    return tensor
  }
}
