internal import Checkpoints
internal import Diagnostics
internal import EntropyCoding
internal import JSON
internal import LanguageModels
internal import Quantization
internal import TensorCore
internal import TensorOps

/// Measures what each quantized matrix adds to the divergence by itself, and gives each a step
/// with which every weight adds the same: a bit then costs the same wherever it is saved.
struct Sensitivities {
  /// What every matrix is measured on.
  let windows: ModelWindows
  /// The model's configuration, if it needs one.
  let configuration: JSONValue?

  /// The steps that matrices are measured with: divergence grows with their square.
  private static let step = 0.75
  /// How far a factor is from 1 at most.
  private static let mostOctaves = 2.0

  /// What was measured of a job's matrices, in its order.
  struct Measured {
    /// The divergence that each adds, in nats per token.
    let costs: [Double]
    /// Factors of their steps; the geometric mean over weights is 1.
    let factors: [Double]
  }

  /// Measures a job's matrices. `progress` is told how many are done. Throws what reading and
  /// quantizing throw.
  func measure(
    _ job: QuantizationJob, _ checkpoint: Checkpoint, progress: (_ done: Int) -> Void
  ) throws(Rejection) -> Measured {
    let quantized = try job.run(step: Self.step)
    let tensors = try checkpoint.computableTensors(.f32)
    let reference = try open(tensors)
    let windows = try windows.sequences(
      vocabularySize: reference.vocabularySize, maximumLength: reference.maximumLength)
    let expected = ParallelFor.map(windows.count) { reference.logits(windows[$0], observer: nil) }
    var costs: [Double] = []
    for item in job.items {
      var changed = quantized
      changed.tensors = [quantized.tensors[item.index]]
      changed.ties = checkpoint.ties
      let own = try changed.computableTensors(.f32)
      let model = try open(tensors.merging(own) { $1 })
      costs.append(
        ParallelFor.map(windows.count) { window -> Double in
          let logits = model.logits(windows[window], observer: nil)
          let (rows, references) = (LogitRows(logits), LogitRows(expected[window]))
          return (0..<logits.shape[0]).reduce(0) {
            $0 + rows.compare($1, with: references, rows.logSumExp($1)).divergence
          }
        }.reduce(0, +))
      progress(costs.count)
    }
    let tokenCount = Double(max(windows.reduce(0) { $0 + $1.count }, 1))
    return Measured(
      costs: costs.map { $0 / tokenCount },
      factors: Self.factors(costs, job.items.map(\.weight.elements.count)))
  }

  private func open(
    _ tensors: [String: Tensor]
  ) throws(Rejection) -> any LanguageModel<Tensor> {
    try Architectures.open(tensors, configuration: configuration, arithmetic: .f32)
  }

  /// Divergence per weight goes with the square of the step: half its octaves, turned around.
  static func factors(_ costs: [Double], _ counts: [Int]) -> [Double] {
    let octaves = zip(costs, counts).map { cost, count in
      cost > 0 ? -BinaryLogarithm.of(cost / Double(max(count, 1))) / 2 : nil
    }
    let known = zip(octaves, counts).filter { $0.0 != nil }
    let total = known.reduce(0) { $0 + $1.1 }
    let mean = known.reduce(0.0) { $0 + ($1.0 ?? 0) * Double($1.1) } / Double(max(total, 1))
    return octaves.map { octaves in
      let distance = (octaves ?? mean) - mean
      return StepSearch.factor(max(-mostOctaves, min(mostOctaves, distance)))
    }
  }
}
