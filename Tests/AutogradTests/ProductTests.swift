import Autograd
import TensorCore
import TensorOps
import Testing

@Suite struct ProductTests {
  @Test(arguments: [[7, 5], [2, 3, 5], [1, 5], [5]])
  func `a linear layer has the gradient of its differences`(dimensions: [Int]) {
    let inputs = [numbers(dimensions, seed: 1), numbers([4, 5], seed: 2), numbers([4], seed: 3)]
    expectGradients(of: inputs) { $0[0].linear($0[1], bias: $0[2]) }
    expectGradients(of: Array(inputs.prefix(2))) { $0[0].linear($0[1], bias: nil) }
  }

  @Test func `many rows and outputs are the sum of their parts`() throws {
    let (x, weight) = (numbers([600, 3], seed: 1), numbers([530, 3], seed: 2))
    let leaves = (Variable(leaf: x), Variable(leaf: weight))
    let seed = numbers([600, 530], seed: 3)
    let gradients = Gradients(of: leaves.0.linear(leaves.1, bias: nil), seed: seed)
    let ofInput = try #require(gradients[leaves.0])
    let ofWeight = try #require(gradients[leaves.1])
    #expect(ofInput.differs(from: seed.linear(weight.transposed())) < 1e-4)
    #expect(ofWeight.differs(from: seed.transposed().linear(x.transposed())) < 1e-4)
  }

  @Test func `a weight in bfloat16 passes gradients in float32`() throws {
    let weight = numbers([4, 3], seed: 1).cast(to: .bf16)
    let x = Variable(leaf: numbers([2, 3], seed: 2))
    let seed = numbers([2, 4], seed: 3)
    let gradients = Gradients(of: x.linear(Variable(constant: weight), bias: nil), seed: seed)
    let widened = weight.cast(to: .f32)
    #expect(try #require(gradients[x]).differs(from: seed.linear(widened.transposed())) < 1e-5)
  }

  struct Heads: Sendable {
    var positions: Int
    var queries: Int
    var keys: Int
    var mask = AttentionMask()
  }

  @Test(arguments: [
    Heads(positions: 1, queries: 1, keys: 1), Heads(positions: 5, queries: 2, keys: 2),
    Heads(positions: 6, queries: 4, keys: 2), Heads(positions: 5, queries: 3, keys: 1),
    Heads(positions: 7, queries: 4, keys: 2, mask: AttentionMask(window: 3)),
    Heads(
      positions: 7, queries: 2, keys: 1,
      mask: AttentionMask(documentStarts: [0, 0, 0, 3, 3, 5, 5])),
    Heads(
      positions: 7, queries: 2, keys: 1,
      mask: AttentionMask(window: 2, documentStarts: [0, 0, 0, 3, 3, 3, 6])),
  ])
  func `attention has the gradient of its differences`(heads: Heads) {
    let inputs = [
      numbers([heads.positions, heads.queries, 4], seed: 1),
      numbers([heads.positions, heads.keys, 4], seed: 2),
      numbers([heads.positions, heads.keys, 4], seed: 3),
    ]
    expectGradients(of: inputs) {
      $0[0].attention(keys: $0[1], values: $0[2], scale: 0.7, mask: heads.mask)
    }
  }

  @Test(arguments: [nil, 9] as [Int?])
  func `attention over several blocks has the gradient of its differences`(window: Int?) {
    let inputs = [
      numbers([70, 2, 2], seed: 1), numbers([70, 1, 2], seed: 2), numbers([70, 1, 2], seed: 3),
    ]
    expectGradients(of: inputs) {
      $0[0].attention(
        keys: $0[1], values: $0[2], scale: 0.7, mask: AttentionMask(window: window))
    }
  }
}

extension Tensor {
  /// The largest distance between elements of both.
  func differs(from other: Tensor) -> Float {
    guard shape == other.shape else { return .infinity }
    return zip(floats, other.floats).reduce(0) { max($0, abs($1.0 - $1.1)) }
  }
}
