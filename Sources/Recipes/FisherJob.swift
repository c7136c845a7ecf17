internal import Autograd
public import Checkpoints
public import Diagnostics
public import JSON
internal import LanguageModels
internal import Quantization
internal import TensorCore
internal import TensorOps

/// Finds the Fisher information of every element of a model's tensors: how much the likelihood of
/// what the model itself says depends on it (Matena and Raffel 2022).
public struct FisherJob: Sendable {
  /// The token shards, as a pattern of paths.
  public var tokenPattern: String
  /// How many tokens are used at most.
  public var tokenCount = 65_536
  /// How many tokens the model sees at once; gradients are held for a whole sequence.
  public var sequenceLength = 512
  /// What tokens are drawn with.
  public var seed: UInt64 = 0

  /// A job on the shards that `tokenPattern` matches.
  public init(tokenPattern: String) { self.tokenPattern = tokenPattern }

  /// The information by tensor: E[(∂ log p(y | x) / ∂θ)²] for each token y, which is drawn from the
  /// model's own distribution at every position. Draws depend on the seed and the position alone.
  /// Throws A01 to A03 and what reading throws.
  public func run(
    _ checkpoint: Checkpoint, configuration: JSONValue?, origin: String,
    progress: (_ done: Int, _ total: Int) -> Void = { _, _ in }
  ) throws(Rejection) -> Checkpoint {
    let tensors = try checkpoint.computableTensors(.f32)
    let model: any LanguageModel<Variable> = try Architectures.open(
      tensors, configuration: configuration, arithmetic: .f32
    ) { name, tensor in Variable(leaf: tensor, label: name) }
    let windows = ModelWindows(
      tokenPattern: tokenPattern, tokenCount: tokenCount,
      sequenceLength: min(sequenceLength, tokenCount))
    let sequences = try windows.sequences(
      vocabularySize: model.vocabularySize, maximumLength: model.maximumLength)
    let total = sequences.reduce(0) { $0 + $1.count }
    var sums: [String: Squares] = [:]
    var done = 0
    // As many windows at once as there are threads: each holds a gradient of the whole model.
    let batch = MachineBudget.threadCount
    for first in stride(from: 0, to: sequences.count, by: batch) {
      let range = first..<min(first + batch, sequences.count)
      let parts = ParallelFor.map(range.count) { [seed] index in
        let window = range.lowerBound + index
        var random = Philox(seed: seed, stream: UInt64(window))
        return Self.gradients(of: model, sequences[window], &random)
      }
      for part in parts {
        for (name, gradient) in part { sums[name, default: Squares(gradient.shape)].add(gradient) }
      }
      done += range.reduce(0) { $0 + sequences[$1].count }
      progress(done, total)
    }
    let names = ModelNames(tensors, configuration)
    let found = InformationNames(sums.mapValues(\.shape))
    return Checkpoint(
      format: "safetensors",
      tensors: checkpoint.tensors.compactMap { tensor in
        found.place(of: names.own(tensor.name), tensor.shape).map { place in
          let mean = sums[place.name]?.mean(of: total)
          return mean.map {
            NamedTensor(
              name: tensor.name, content: .dense(place.isTransposed ? $0.transposed() : $0))
          }
        } ?? nil
      },
      metadata: ["format": "birdie-fisher", "model": origin, "tokens": "\(total)"], path: "")
  }

  private static func gradients(
    of model: any LanguageModel<Variable>, _ tokens: [Int], _ random: inout Philox
  ) -> [String: Tensor] {
    let logits = model.logits(tokens, observer: nil)
    let drawn = OutputStatistics.draw(logits.value, &random)
    return Gradients(of: logits.crossEntropy(targets: drawn).sum()).byLabel
  }
}

/// The sums of the squares of gradients.
private struct Squares {
  let shape: Shape
  private var sums: [Float]

  init(_ shape: Shape) {
    self.shape = shape
    sums = [Float](repeating: 0, count: shape.elementCount)
  }

  mutating func add(_ gradient: Tensor) {
    gradient.floats { values in
      for index in sums.indices { sums[index] += values[index] * values[index] }
    }
  }

  func mean(of count: Int) -> Tensor {
    Tensor(sums.map { $0 / Float(max(count, 1)) }, .f32, shape.dimensions)
  }
}

/// Finds what the tensors of a file are called in a model.
private struct InformationNames {
  private let shapes: [String: Shape]

  init(_ shapes: [String: Shape]) { self.shapes = shapes }

  /// The model's name of a tensor, and whether it lies the other way round there; nil where the
  /// model has none.
  func place(of name: String, _ shape: Shape) -> (name: String, isTransposed: Bool)? {
    let names = [name, TensorNames.canonical(name).key]
    guard let own = names.first(where: { shapes[$0] != nil }), let found = shapes[own] else {
      return nil
    }
    guard found == shape else {
      let isReversed = found.dimensions == shape.dimensions.reversed() && shape.rank == 2
      return isReversed ? (own, true) : nil
    }
    return (own, shape.rank == 2 && shape[0] == shape[1] && liesReversed(own))
  }

  /// Square matrices of GPT-2's layers lie as the others do.
  private func liesReversed(_ name: String) -> Bool {
    name.hasPrefix("h.") && name.hasSuffix(".attn.c_proj.weight")
  }
}
