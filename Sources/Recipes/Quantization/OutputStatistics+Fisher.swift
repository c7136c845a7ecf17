internal import Autograd
public import Checkpoints
public import Diagnostics
public import JSON
internal import LanguageModels
public import Quantization
internal import TensorCore
internal import TensorOps

extension OutputStatistics {
  /// The Fisher information of every matrix, as far as its rows differ, under its name.
  ///
  /// The model goes through `tokenCount` tokens in windows of `length` and draws a token of its own
  /// at each position; the gradient of their log-likelihood has the information as its second
  /// moment. The square of each element's, over the second moment of the channel that it is
  /// multiplied with, is averaged over the row: both uses of a tied embedding count, and outputs
  /// that matter when their inputs are large count more than the product of averages.
  ///
  /// The draws depend on `seed` and the position alone. Throws A01 to A03 and what reading throws.
  public static func fisher(
    of checkpoint: Checkpoint, configuration: JSONValue?, inputs: [String: InputStatistics],
    tokens pattern: String, tokenCount: Int, length: Int, seed: UInt64 = 0
  ) throws(Rejection) -> [String: OutputStatistics] {
    let tensors = try checkpoint.computableTensors(.f32)
    let model: any LanguageModel<Variable> = try Architectures.open(
      tensors, configuration: configuration, arithmetic: .f32
    ) { name, tensor in
      inputs[name] != nil
        ? Variable(leaf: tensor, label: name) : Variable(constant: tensor, label: name)
    }
    let channels = inputs.mapValues { input in
      input.secondMoment.diagonal.map { $0 / Double(max(input.rowCount, 1)) }
    }
    let sequences = try ModelWindows(
      tokenPattern: pattern, tokenCount: tokenCount, sequenceLength: length
    ).sequences(vocabularySize: model.vocabularySize, maximumLength: model.maximumLength)
    var sums: [String: [Double]] = [:]
    // As many windows at once as there are threads: each holds a gradient of the whole model.
    let batch = MachineBudget.threadCount
    for first in stride(from: 0, to: sequences.count, by: batch) {
      let parts = ParallelFor.map(min(batch, sequences.count - first)) { index in
        let window = first + index
        var random = Philox(seed: seed, stream: UInt64(window))
        return rowSums(of: model, sequences[window], channels, &random)
      }
      for part in parts {
        for (name, part) in part { sums[name] = sums[name].map { zip($0, part).map(+) } ?? part }
      }
    }
    let read = sequences.reduce(0) { $0 + $1.count }
    return sums.mapValues { sums in
      OutputStatistics(squares: sums.map { $0 / Double(max(read, 1)) })
    }
  }

  /// For each matrix and row the mean over its channels of what one window gives.
  private static func rowSums(
    of model: any LanguageModel<Variable>, _ tokens: [Int], _ channels: [String: [Double]],
    _ random: inout Philox
  ) -> [String: [Double]] {
    let logits = model.logits(tokens, observer: nil)
    let drawn = draw(logits.value, &random)
    let gradients = Gradients(of: logits.crossEntropy(targets: drawn).sum())
    var sums: [String: [Double]] = [:]
    for (name, channels) in channels {
      guard let gradient = gradients[name] else { continue }
      let live = channels.map { $0 > 0 ? 1 / $0 : 0 }
      let count = Double(max(live.count { $0 > 0 }, 1))
      sums[name] = gradient.floats { values in
        stride(from: 0, to: values.count, by: max(channels.count, 1)).map { start in
          live.indices.reduce(0.0) { sum, column in
            let value = Double(values[start + column])
            return sum + value * value * live[column]
          } / count
        }
      }
    }
    return sums
  }

  /// A token for each row of logits, with the probability that they give it.
  static func draw(_ logits: Tensor, _ random: inout Philox) -> [Int] {
    let probabilities = logits.normalized(.softmax, weight: nil, bias: nil)
    let width = logits.shape[1]
    return probabilities.floats { values in
      (0..<logits.shape[0]).map { row in
        let aim = Double(random.next()) / 4_294_967_296
        var sum = 0.0
        for token in 0..<width {
          sum += Double(values[row * width + token])
          if sum > aim { return token }
        }
        return width - 1
      }
    }
  }
}

extension Tensor {
  /// Calls `body` with the elements of a float32 tensor.
  func floats<Result>(_ body: (UnsafeBufferPointer<Float>) -> Result) -> Result {
    guard dtype == .f32, let storage = contiguousStorage else {
      preconditionFailure("gradients and probabilities are float32 in one piece")
    }
    return storage.bytes.withUnsafeBytes { body($0.assumingMemoryBound(to: Float.self)) }
  }
}
