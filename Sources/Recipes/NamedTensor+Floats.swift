internal import Checkpoints
internal import Diagnostics
internal import TensorCore

extension NamedTensor {
  /// The elements in single precision, of a type that widens to it; of many, the first `limit`.
  func floats(limit: Int = .max) throws(Rejection) -> [Float] {
    var elements = [Float](repeating: 0, count: min(limit, shape.elementCount))
    var start = 0
    let cast = FloatCast(from: dtype, to: .f32)
    func add(_ bytes: RawSpan) {
      bytes.withUnsafeBytes { source in
        elements.withUnsafeMutableBytes { target in
          let kept = source.prefix(target.count - start)
          UnsafeMutableRawBufferPointer(rebasing: target[start...])
            .copyMemory(from: UnsafeRawBufferPointer(rebasing: kept))
          start += kept.count
        }
      }
    }
    try content.forEachChunk { (chunk) throws(Rejection) in
      if dtype != .f32, let cast {
        try cast.convert(chunk) { (part) throws(Rejection) in add(part) }
      } else {
        add(chunk)
      }
    }
    return elements
  }

  /// The elements in another float type, rounded to nearest even.
  func cast(to target: DType) throws(Rejection) -> Tensor {
    var bytes: [UInt8] = []
    guard let cast = FloatCast(from: dtype, to: target) else {
      preconditionFailure("only floats are cast")
    }
    try content.forEachChunk { (chunk) throws(Rejection) in
      try cast.convert(chunk) { (part) throws(Rejection) in
        part.withUnsafeBytes { bytes.append(contentsOf: $0) }
      }
    }
    guard let tensor = Tensor(dtype: target, shape: shape, storage: Storage(bytes)) else {
      preconditionFailure("a cast keeps the count of elements")
    }
    return tensor
  }
}
