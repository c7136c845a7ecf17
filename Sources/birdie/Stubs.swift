import Checkpoints
import Diagnostics
import TensorCore

extension Checkpoint {
  static func open(_ path: String, leniency: Set<String> = []) throws(Rejection) -> Checkpoint {
    let file = try FileMapping(path: path)
    let storage = Storage(file)
    guard file.byteCount % 4 == 0,
      let tensor = Tensor(dtype: .f32, shape: .vector(file.byteCount / 4), storage: storage)
    else { throw Rejection(TensorCoreRules.inputOutput, "stub", at: Place(file: path)) }
    return Checkpoint(
      format: "stub", tensors: [NamedTensor(name: "data", content: .dense(tensor))],
      metadata: ["format": "pt"], path: path, byteCount: file.byteCount)
  }
}

enum CheckpointFormats {
  static let all: [any CheckpointFormat.Type] = []
}
