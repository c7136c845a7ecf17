import TensorCore
import TensorOps
import Testing

@testable import Autograd

@Suite struct RecordingTests {
  @Test func `what depends on no leaf is not recorded`() {
    let constant = Variable(constant: numbers([2, 3], seed: 1))
    let weight = Variable(constant: numbers([4, 3], seed: 2), label: "w")
    #expect(!constant.linear(weight, bias: nil).applying(.silu).isDifferentiable)
    #expect(!(Variable(leaf: constant.value).detached * constant).isDifferentiable)
  }

  @Test func `a leaf that the result does not depend on has no gradient`() {
    let (x, other) = (Variable(leaf: Tensor([2], [1])), Variable(leaf: Tensor([3], [1])))
    let gradients = Gradients(of: x * x)
    #expect(gradients[x]?.floats == [4])
    #expect(gradients[other] == nil)
  }

  @Test func `a leaf is found by its label`() {
    let x = Variable(leaf: Tensor([2], [1]), label: "x")
    let gradients = Gradients(of: x.reshaped([1, 1]) * x)
    #expect(gradients["x"]?.floats == [4])
    #expect(gradients["y"] == nil)
  }

  @Test func `a diamond of uses is gone through once`() {
    // 2⁶⁰ ways lead back; going each of them would not end.
    var x = Variable(leaf: Tensor([1], [1]), label: "x")
    for _ in 0..<60 { x = (x + x).applying(.scale(0.5)) }
    #expect(Gradients(of: x)["x"]?.floats == [1])
  }

  @Test func `a long chain neither recurs nor overflows`() {
    let x = Variable(leaf: Tensor([1], [1]))
    var y = x
    for _ in 0..<100_000 { y = y.applying(.negate) }
    #expect(Gradients(of: y)[x]?.floats == [1])
  }

  @Test func `what was remembered is let go on the way back`() {
    weak var last: Node?
    func output() -> Variable {
      let weight = Variable(observed: numbers([3, 3], seed: 2))
      let y = Variable(constant: numbers([2, 3], seed: 1)).linear(weight, bias: nil)
        .applying(.silu).sum()
      last = y.node
      return y
    }
    var isHeld = true
    _ = Gradients(of: output()) { _ in isHeld = last != nil }
    #expect(!isHeld)
  }

  @Test func `the number of threads changes no bit`() {
    @Sendable func gradients() -> [[Float]] {
      let x = Variable(leaf: numbers([300, 16], seed: 1))
      let weights = (0..<4).map { Variable(leaf: numbers([16, 16], seed: 2 + UInt64($0))) }
      let heads = weights.prefix(3).map { x.linear($0, bias: nil).reshaped([300, 4, 4]) }
      let y = heads[0].attention(
        keys: heads[1], values: heads[2], scale: 0.5, mask: AttentionMask()
      ).reshaped([300, 16]).linear(weights[3], bias: nil)
      let gradients = Gradients(of: y, seed: numbers([300, 16], seed: 9))
      return ([x] + weights).compactMap { gradients[$0]?.floats }
    }
    // Loops inside a loop run on the thread that they are on.
    let alone = ParallelFor.map(2) { _ in gradients() }
    #expect(alone == [gradients(), gradients()])
  }
}
