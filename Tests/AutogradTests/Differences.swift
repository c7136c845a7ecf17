import Autograd
import TensorCore
import TensorOps
import TestSupport
import Testing

/// Normally distributed numbers that are the same everywhere.
func numbers(_ dimensions: [Int], seed: UInt64, scale: Double = 1) -> Tensor {
  var random = SplitMix(state: seed)
  let count = dimensions.reduce(1, *)
  return Tensor((0..<count).map { _ in Float(scale * random.normal()) }, dimensions)
}

extension Tensor {
  /// This tensor with one element moved.
  fileprivate func moved(_ index: Int, by step: Double) -> Tensor {
    var elements = floats
    elements[index] = Float(Double(elements[index]) + step)
    return Tensor(elements, shape.dimensions)
  }

  /// The sum of products with weights, in double precision.
  fileprivate func dot(_ weights: Tensor) -> Double {
    zip(floats, weights.floats).reduce(0) { $0 + Double($1.0) * Double($1.1) }
  }
}

/// Expects the gradients of a function of tensors, for a seed that looks random, to be its
/// differences: central ones of fourth order, of results in float32 that are summed in double.
///
/// The tolerance is that of rounding, 2⁻²⁴ · √n ÷ step, and of the fifth derivative, step⁴ ÷ 30.
func expectGradients(
  of inputs: [Tensor], step: Double = 1 / 32, within tolerance: Double = 3e-4,
  location: SourceLocation = #_sourceLocation, _ function: ([Variable]) -> Variable
) {
  let leaves = inputs.map { Variable(leaf: $0) }
  let output = function(leaves)
  let seed = numbers(output.shape.dimensions, seed: 99)
  let gradients = Gradients(of: output, seed: seed)
  for (place, leaf) in leaves.enumerated() {
    guard let gradient = gradients[leaf] else {
      Issue.record("input \(place) has no gradient", sourceLocation: location)
      continue
    }
    #expect(gradient.shape == leaf.shape && gradient.dtype == .f32, sourceLocation: location)
    let got = gradient.floats.map(Double.init)
    let want = differences(inputs, place, step, seed, function)
    let scale = want.reduce(1) { max($0, abs($1)) }
    let worst = zip(got, want).reduce(0) { max($0, abs($1.0 - $1.1)) }
    #expect(
      worst <= tolerance * scale, "input \(place): \(got) and not \(want)",
      sourceLocation: location)
  }
}

private func differences(
  _ inputs: [Tensor], _ place: Int, _ step: Double, _ seed: Tensor,
  _ function: ([Variable]) -> Variable
) -> [Double] {
  (0..<inputs[place].shape.elementCount).map { index in
    func loss(_ steps: Double) -> Double {
      var moved = inputs
      moved[place] = moved[place].moved(index, by: steps * step)
      return function(moved.map { Variable(constant: $0) }).value.dot(seed)
    }
    return (8 * (loss(1) - loss(-1)) - (loss(2) - loss(-2))) / (12 * step)
  }
}
