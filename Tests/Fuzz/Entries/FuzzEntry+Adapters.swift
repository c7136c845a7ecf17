internal import Checkpoints
internal import Diagnostics
internal import JSON
internal import Recipes
internal import TensorCore

extension FuzzEntry {
  /// Reads `{"configuration": {…}, "tensors": {NAME: [extents]}}` as an adapter with these tensors,
  /// applies it to a small model, and merges it with itself: what is applied has the model's shapes.
  static func applyAdapter(_ bytes: RawSpan) {
    guard let json = try? JSONValue(parsing: bytes), let configuration = json["configuration"]
    else {
      return
    }
    let tensors = (json["tensors"]?.members ?? []).prefix(16).compactMap { member in
      smallTensor(member.key, (member.value.elements ?? []).compactMap(\.integer))
    }
    let checkpoint = Checkpoint(format: "safetensors", tensors: tensors)
    guard let adapter = try? LowRankAdapter(checkpoint, configuration, path: "adapter") else {
      return
    }
    let model = Checkpoint(
      format: "safetensors",
      tensors: [("q_proj.weight", [4, 2]), ("o_proj.weight", [2, 2]), ("wte.weight", [6, 2])]
        .compactMap { smallTensor($0.0, $0.1) })
    if let changed = try? model.applying(adapter) {
      for (own, before) in Swift.zip(changed.tensors, model.tensors) {
        precondition(own.shape == before.shape && own.dtype == before.dtype, "it changed its form")
      }
    }
    for way in AdapterMerge.Way.allCases {
      var merge = AdapterMerge()
      merge.way = way
      guard let draft = try? merge.run([adapter, adapter], weights: [0.5, 0.5]) else { continue }
      precondition(!draft.layers.isEmpty || !draft.replaced.isEmpty, "nothing came of it")
    }
  }

  /// A tensor of at most a few hundred ones.
  private static func smallTensor(_ name: String, _ extents: [Int]) -> NamedTensor? {
    guard extents.count <= 3, extents.allSatisfy({ 0...8 ~= $0 }) else { return nil }
    let ones = [Float](repeating: 1, count: extents.reduce(1, *))
    return NamedTensor(name: name, content: .dense(Tensor(ones, .f32, extents)))
  }
}
