public import Checkpoints
public import Diagnostics
public import JSON
public import LanguageModels
public import TensorCore
internal import TensorOps

/// A checkpoint as a model that computes.
public struct LoadedModel: Sendable {
  /// The model.
  public let model: any LanguageModel<Tensor>
  /// The checkpoint it was made of.
  public let checkpoint: Checkpoint

  /// Decodes what the checkpoint holds and finds its architecture. Weights that are stored as
  /// float32, bfloat16 or half precision stay where they are in the file.
  ///
  /// With bf16 `arithmetic` every weight is rounded, and so is every operation of the model.
  /// Throws A01 to A03 where tensors and configuration make no model, and what reading a tensor
  /// throws.
  public init(
    _ checkpoint: Checkpoint, configuration: JSONValue?, arithmetic: DType = .f32
  ) throws(Rejection) {
    let tensors = try checkpoint.computableTensors(arithmetic)
    model = try Architectures.open(
      tensors, configuration: configuration, arithmetic: arithmetic)
    self.checkpoint = checkpoint
  }
}

extension Checkpoint {
  /// Every tensor of floats, decoded, under all of its names.
  func computableTensors(_ arithmetic: DType) throws(Rejection) -> [String: Tensor] {
    var tensors: [String: Tensor] = [:]
    for named in self.tensors where named.dtype.isConvertibleFloat {
      let tensor = try named.content.computable()
      tensors[named.name] = arithmetic == .f32 ? tensor : tensor.cast(to: arithmetic)
    }
    // A file that cannot share elements notes the other names of those that it has.
    for tie in ties {
      guard let tensor = tie.lazy.compactMap({ tensors[$0] }).first else { continue }
      for name in tie where tensors[name] == nil { tensors[name] = tensor }
    }
    return tensors
  }
}

extension TensorContent {
  /// The elements in one piece of memory or file, in a type to compute with.
  fileprivate func computable() throws(Rejection) -> Tensor {
    if case .dense(let tensor) = self, let storage = tensor.contiguousStorage,
      [.f32, .bf16, .f16].contains(tensor.dtype),
      let whole = Tensor(dtype: tensor.dtype, shape: tensor.shape, storage: storage)
    {
      return whole
    }
    let isWide = dtype == .bf16 || dtype == .f16 || dtype == .f32
    let target: DType = isWide ? dtype : .f32
    var bytes: [UInt8] = []
    let cast = isWide ? nil : FloatCast(from: dtype, to: .f32)
    try forEachChunk { chunk throws(Rejection) in
      guard let cast else {
        bytes += chunk.copied()
        return
      }
      try cast.convert(chunk) { part throws(Rejection) in bytes += part.copied() }
    }
    guard let tensor = Tensor(dtype: target, shape: shape, storage: Storage(bytes)) else {
      preconditionFailure("a tensor's elements fill its shape")
    }
    return tensor
  }
}
