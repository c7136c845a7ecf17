internal import EntropyCoding
internal import LanguageModels
internal import TensorCore
internal import TensorOps

/// How far what a layer reads is off because of all layers before it: the error of a compressed
/// model as it goes through the blocks, over a few tokens.
public struct CompoundError: Sendable, Equatable {
  /// The layer that reads: a name up to its first number. The last one is the head's.
  public let layer: String
  /// How often the layer has run before, in models that run some repeatedly.
  public let repetition: Int
  /// Σ(x − x̂)² over Σx², x what the layer reads in the original model.
  public let relativeSquare: Double

  /// The ratio of signal to noise in decibels; infinite where nothing is off.
  public var signalToNoise: Double {
    guard relativeSquare > 0 else { return .infinity }
    return -10 * BinaryLogarithm.of(relativeSquare) / BinaryLogarithm.of(10)
  }

  /// The tokens that are enough to tell.
  static let tokenCount = 1024
  /// The longest sequence that is run: what layers read is held for a whole one.
  static let sequenceLength = 512
}

extension CompoundError {
  /// What each layer reads first, in the order in which layers run.
  private struct Reading {
    let weight: String
    let input: [Float]
  }

  /// Runs both models on the same windows and compares what their layers read. Empty where they do
  /// not run the same layers.
  static func along(
    _ model: any LanguageModel<Tensor>, reference: any LanguageModel<Tensor>, _ windows: [[Int]]
  ) -> [CompoundError] {
    var weights: [String] = []
    var sums: [(error: Double, square: Double)] = []
    for window in windows {
      let (own, expected) = (readings(of: model, window), readings(of: reference, window))
      let order = own.map(\.weight)
      guard order == expected.map(\.weight), order == weights || sums.isEmpty else { return [] }
      if sums.isEmpty {
        weights = order
        sums = own.map { _ in (0, 0) }
      }
      for place in own.indices {
        guard own[place].input.count == expected[place].input.count else { return [] }
        for (found, wanted) in zip(own[place].input, expected[place].input) {
          let difference = Double(found) - Double(wanted)
          sums[place].error += difference * difference
          sums[place].square += Double(wanted) * Double(wanted)
        }
      }
    }
    return named(weights, sums.map { $0.square > 0 ? $0.error / $0.square : 0 })
  }

  private static func readings(
    of model: any LanguageModel<Tensor>, _ tokens: [Int]
  ) -> [Reading] {
    var readings: [Reading] = []
    _ = model.logits(tokens) { weight, input in
      let layer = CompressionProfile.layer(of: weight)
      let isSame = readings.last.map { CompressionProfile.layer(of: $0.weight) == layer } ?? false
      // A layer that runs again begins with the weight that it began with.
      guard !isSame || readings.last?.weight == weight else { return }
      readings.append(Reading(weight: weight, input: input.floats))
    }
    return readings
  }

  private static func named(_ weights: [String], _ squares: [Double]) -> [CompoundError] {
    var counts: [String: Int] = [:]
    return zip(weights, squares).map { weight, square in
      let layer = CompressionProfile.layer(of: weight)
      defer { counts[layer, default: 0] += 1 }
      return CompoundError(
        layer: layer, repetition: counts[layer] ?? 0, relativeSquare: square)
    }
  }
}
