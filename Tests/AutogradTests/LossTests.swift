import Autograd
import TensorCore
import TensorOps
import Testing

@Suite struct LossTests {
  @Test func `cross entropy has the gradient of its differences`() {
    expectGradients(of: [numbers([4, 6], seed: 1)]) { $0[0].crossEntropy(targets: [0, 5, 2, 2]) }
  }

  @Test func `cross entropy is the logarithm of a uniform distribution's size`() {
    let logits = Variable(leaf: Tensor([1, 1, 1, 1, -2, -2, -2, -2], [2, 4]))
    let loss = logits.crossEntropy(targets: [3, 0])
    #expect(loss.value.differs(from: Tensor([1.3862944, 1.3862944], [2])) < 1e-6)
    let gradients = Gradients(of: loss.mean())
    let expected: [Float] = [0.125, 0.125, 0.125, -0.375, -0.375, 0.125, 0.125, 0.125]
    #expect(gradients[logits]?.differs(from: Tensor(expected, [2, 4])) ?? 1 < 1e-6)
  }

  @Test func `divergence has the gradient of its differences`() {
    let reference = numbers([4, 6], seed: 2)
    expectGradients(of: [numbers([4, 6], seed: 1)]) { $0[0].divergence(from: reference) }
  }

  @Test func `a distribution does not diverge from itself`() throws {
    let logits = Variable(leaf: numbers([3, 5], seed: 1))
    let loss = logits.divergence(from: logits.value).sum()
    #expect(abs(loss.value.floats[0]) < 1e-6)
    #expect(try #require(Gradients(of: loss)[logits]).floats.allSatisfy { $0 == 0 })
  }

  @Test func `a mean divides the gradient among the elements`() {
    expectGradients(of: [numbers([3, 4], seed: 1)]) { $0[0].applying(.square).mean() }
  }
}
