internal import Autograd
internal import Checkpoints
internal import Diagnostics
internal import JSON
internal import LanguageModels
internal import TensorCore
internal import TensorOps

/// Tunes what a quantized model is scaled by, while its codes stay: the scales of columns or rows
/// and the small tensors, by gradients of the divergence from the original (as WaterSIC's rescalers
/// and MLX's DWQ are tuned).
struct ScaleTuning: Sendable {
  /// What it is tuned on.
  let windows: ModelWindows
  /// The model's configuration, if it needs one.
  let configuration: JSONValue?

  /// How far a scale moves in a step, relative to itself; it falls to nothing towards the end.
  private static let rate = 0.0005
  /// Sequences whose gradients are averaged for a step.
  private static let batchSize = 4

  /// Tunes a checkpoint, whose tensors of the indices `fixed` stay as they are. `progress` is told
  /// how many tokens are done, and of how many. Throws what reading throws.
  func run(
    _ quantized: Checkpoint, toward reference: any LanguageModel<Tensor>, fixed: Set<Int>,
    progress: (_ done: Int, _ total: Int) -> Void
  ) throws(Rejection) -> TunedScales {
    var tunables = try TunedScales.tunables(of: quantized, fixed: fixed)
    let tensors = try quantized.computableTensors(.f32)
    let places = Places(tunables, quantized, ModelNames(tensors, configuration))
    let sequences = try windows.sequences(
      vocabularySize: reference.vocabularySize, maximumLength: reference.maximumLength)
    let stepCount = (sequences.count + Self.batchSize - 1) / Self.batchSize
    var moments = tunables.map { Adam(count: $0.values.count) }
    for step in 0..<stepCount {
      let batch = Array(sequences[(step * Self.batchSize)...].prefix(Self.batchSize))
      let leaves = tunables.map { Variable(leaf: $0.tensor) }
      let model = try Architectures.open(
        tensors, configuration: configuration, arithmetic: .f32
      ) { name, tensor in places.value(of: name, tensor, leaves) }
      let rate = Self.rate * Double(stepCount - step) / Double(stepCount)
      let gradients = Self.gradients(model, reference, batch, leaves)
      for place in tunables.indices {
        guard let gradient = gradients[place] else { continue }
        moments[place].step(
          &tunables[place].values, gradient: gradient, rate: rate * tunables[place].unit)
      }
      let length = batch[0].count
      progress((step * Self.batchSize + batch.count) * length, sequences.count * length)
    }
    return TunedScales(tunables)
  }

  /// The gradient of the divergence with respect to each leaf, summed over the sequences in order.
  private static func gradients(
    _ model: any LanguageModel<Variable>, _ reference: any LanguageModel<Tensor>,
    _ sequences: [[Int]], _ leaves: [Variable]
  ) -> [[Double]?] {
    let parts = ParallelFor.map(sequences.count) { index -> [[Float]?] in
      let expected = reference.logits(sequences[index], observer: nil)
      let loss = model.logits(sequences[index], observer: nil).divergence(from: expected).mean()
      let gradients = Gradients(of: loss)
      return leaves.map { gradients[$0]?.floats }
    }
    return leaves.indices.map { place -> [Double]? in
      var sums: [Double]?
      for part in parts {
        guard let part = part[place] else { continue }
        sums = sums.map { zip($0, part).map { $0 + Double($1) } } ?? part.map(Double.init)
      }
      return sums
    }
  }
}

/// Which tensor of a model is tuned by which leaf.
private struct Places: Sendable {
  private var places: [String: Int] = [:]
  private let shapes: [Shape]
  private let areFactors: [Bool]

  /// Names are the model's, those of tied tensors all.
  init(_ tunables: [Tunable], _ checkpoint: Checkpoint, _ names: ModelNames) {
    shapes = tunables.map { checkpoint.tensors[$0.index].shape }
    areFactors = tunables.map { $0.axis != nil }
    for (place, tunable) in tunables.enumerated() {
      let name = checkpoint.tensors[tunable.index].name
      for tied in checkpoint.ties.first(where: { $0.contains(name) }) ?? [name] {
        places[names.own(tied)] = place
      }
    }
  }

  /// The leaf, or the product of what was quantized and it; a constant for what is not tuned.
  func value(of name: String, _ tensor: Tensor, _ leaves: [Variable]) -> Variable {
    let constant = Variable(constant: tensor, label: name)
    // A model may cut a stored tensor into several.
    guard let place = places[name], shapes[place] == tensor.shape else { return constant }
    return areFactors[place] ? constant.combined(.multiply, leaves[place]) : leaves[place]
  }
}
