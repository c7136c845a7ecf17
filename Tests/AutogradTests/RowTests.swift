import Autograd
import TensorCore
import TensorOps
import Testing

@Suite struct RowTests {
  @Test(arguments: [RowReduction.sum, .maximum, .logSumExp], [[3, 5], [2, 3, 1], [4]])
  func `a reduction has the gradient of its differences`(
    reduction: RowReduction, dimensions: [Int]
  ) {
    // Far enough apart that the largest element stays the largest.
    let count = dimensions.reduce(1, *)
    let x = Tensor((0..<count).map { Float($0 * 7 % count) / 4 }, dimensions)
    expectGradients(of: [x]) { $0[0].reduced(reduction) }
  }

  @Test func `equal largest elements share the gradient`() {
    let x = Variable(leaf: Tensor([2, 1, 2, 0], [1, 4]))
    let gradients = Gradients(of: x.reduced(.maximum))
    #expect(gradients[x]?.floats == [0.5, 0, 0.5, 0])
  }

  static let normalizations: [RowNormalization] = [
    .rms(epsilon: 1e-6), .rms(epsilon: 0.5), .layer(epsilon: 1e-5), .unitLength(epsilon: 1e-12),
    .softmax,
  ]

  @Test(arguments: normalizations, [5, 19])
  func `a normalization has the gradient of its differences`(
    normalization: RowNormalization, width: Int
  ) {
    expectGradients(of: [numbers([2, 3, width], seed: 1)]) {
      $0[0].normalized(normalization, weight: nil, bias: nil)
    }
  }

  @Test(arguments: normalizations)
  func `weights and biases of a normalization have gradients`(normalization: RowNormalization) {
    let inputs = [numbers([4, 6], seed: 1), numbers([6], seed: 2), numbers([6], seed: 3)]
    expectGradients(of: inputs) { $0[0].normalized(normalization, weight: $0[1], bias: $0[2]) }
  }

  @Test func `a row shorter than epsilon is divided by a constant`() {
    let x = Tensor([0.01, 0.02], [1, 2])
    expectGradients(of: [x], step: 1 / 256) {
      $0[0].normalized(.unitLength(epsilon: 1), weight: nil, bias: nil)
    }
  }
}
