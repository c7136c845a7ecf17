import Autograd
import TensorCore
import TensorOps
import Testing

@Suite struct ObservingTests {
  private let x = numbers([5, 3], seed: 1)
  private let first = numbers([4, 3], seed: 2)
  private let second = numbers([2, 4], seed: 3)
  private let seed = numbers([5, 2], seed: 4)

  private func observations(
    _ x: Variable, _ first: Variable, _ second: Variable
  ) -> [LinearObservation] {
    var seen: [LinearObservation] = []
    let output = x.linear(first, bias: nil).applying(.silu).linear(second, bias: nil)
    _ = Gradients(of: output, seed: seed) { seen.append($0) }
    return seen
  }

  @Test func `observed constants show their layers though nothing is differentiable`() {
    let seen = observations(
      Variable(constant: x), Variable(observed: first, label: "first"),
      Variable(observed: second, label: "second"))
    #expect(seen.map(\.weight.label) == ["second", "first"])
    #expect(seen.map(\.input.shape.dimensions) == [[5, 4], [5, 3]])
    #expect(seen.map(\.outputGradient.shape.dimensions) == [[5, 2], [5, 4]])
    #expect(seen.first?.outputGradient.floats == seed.floats)
    #expect(seen.last?.input.floats == x.floats)
  }

  @Test func `the observed gradient is that of the layer's output`() throws {
    let seen = observations(
      Variable(constant: x), Variable(observed: first), Variable(observed: second))
    let hidden = Variable(leaf: x.linear(first))
    let gradients = Gradients(
      of: hidden.applying(.silu).linear(Variable(constant: second), bias: nil), seed: seed)
    #expect(seen.last?.outputGradient.floats == gradients[hidden]?.floats)
  }

  @Test func `the product of observed gradient and input is the gradient of the weight`() throws {
    let leaf = Variable(leaf: first, label: "first")
    var seen: [LinearObservation] = []
    let output = Variable(constant: x).linear(leaf, bias: nil)
    let gradients = Gradients(of: output, seed: numbers([5, 4], seed: 5)) { seen.append($0) }
    let layer = try #require(seen.first)
    let product = layer.outputGradient.transposed().linear(layer.input.transposed())
    #expect(try #require(gradients[leaf]).differs(from: product) < 1e-5)
  }

  @Test func `constant weights are shown where the gradient passes through them`() {
    let seen = observations(
      Variable(leaf: x), Variable(constant: first, label: "a"),
      Variable(constant: second, label: "b"))
    #expect(seen.map(\.weight.label) == ["b", "a"])
  }

  @Test func `gradients go no further back than the first observed layer`() {
    let seen = observations(
      Variable(constant: x), Variable(constant: first, label: "a"),
      Variable(observed: second, label: "b"))
    #expect(seen.map(\.weight.label) == ["b"])
  }

  @Test func `a layer that is used twice is shown twice, the last use first`() {
    let weight = Variable(observed: numbers([3, 3], seed: 6), label: "w")
    var seen: [LinearObservation] = []
    let once = Variable(constant: x).linear(weight, bias: nil)
    _ = Gradients(of: once.linear(weight, bias: nil), seed: numbers([5, 3], seed: 7)) {
      seen.append($0)
    }
    #expect(seen.map(\.input.floats) == [once.value.floats, x.floats])
  }

  @Test func `a weight keeps its label where it is reshaped and cast`() {
    let weight = Variable(observed: first, label: "w").cast(to: .bf16).reshaped([4, 3])
    #expect(weight.label == "w" && weight.isObserved)
  }
}
