import Autograd
import TensorCore
import TensorOps
import Testing

@Suite struct ElementTests {
  static let smooth: [UnaryOperation] = [
    .negate, .square, .exponential, .hyperbolicTangent, .sigmoid, .silu, .gelu, .geluTanh,
    .scale(-1.5), .divide(by: 3), .shift(2),
  ]

  @Test(arguments: smooth)
  func `a smooth function has the gradient of its differences`(operation: UnaryOperation) {
    expectGradients(of: [numbers([3, 7], seed: 1)]) { $0[0].applying(operation) }
  }

  @Test func `a logarithm has the gradient of its differences`() {
    let x = Tensor([0.5, 1, 1.5, 2, 3, 7], [6])
    expectGradients(of: [x]) { $0[0].applying(.logarithm) }
  }

  @Test(arguments: [UnaryOperation.leakyReLU(slope: 0), .leakyReLU(slope: 0.25), .clamp(limit: 1)])
  func `a function with kinks has the gradient of its pieces`(operation: UnaryOperation) {
    let x = Tensor([-3, -1.5, -0.75, -0.25, 0.25, 0.75, 1.5, 3], [2, 4])
    expectGradients(of: [x]) { $0[0].applying(operation) }
  }

  @Test func `at its kinks a function has PyTorch's gradient`() {
    let x = Variable(leaf: Tensor([-1, 0, 1], [3]))
    let ones = Tensor([1, 1, 1], [3])
    let rectified = Gradients(of: x.applying(.leakyReLU(slope: 0.5)), seed: ones)
    #expect(rectified[x]?.floats == [0.5, 0.5, 1])
    let clamped = Gradients(of: x.applying(.clamp(limit: 1)), seed: ones)
    #expect(clamped[x]?.floats == [1, 1, 1])
  }

  static let shapes: [([Int], [Int])] = [
    ([3, 5], [3, 5]), ([3, 5], [5]), ([5], [3, 5]), ([3, 5], [3, 1]), ([3, 1], [1, 5]),
    ([2, 3, 4], [3, 1]), ([2, 3, 4], [2, 1, 4]), ([2, 1, 4], [1, 3, 1]), ([1], [2, 3]),
    ([], [4]), ([2, 1, 3, 1], [2, 1, 1]), ([1, 3], [3]),
  ]

  @Test(arguments: shapes, [BinaryOperation.add, .subtract, .multiply])
  func `a gradient is summed over the axes that were repeated`(
    shapes: ([Int], [Int]), operation: BinaryOperation
  ) {
    expectGradients(of: [numbers(shapes.0, seed: 1), numbers(shapes.1, seed: 2)]) {
      $0[0].combined(operation, $0[1])
    }
  }

  @Test(arguments: shapes)
  func `a quotient has the gradient of its differences`(shapes: ([Int], [Int])) {
    let divisor = numbers(shapes.1, seed: 2).applying(.square).applying(.shift(1))
    expectGradients(of: [numbers(shapes.0, seed: 1), divisor]) {
      $0[0].combined(.divide, $0[1])
    }
  }

  @Test func `an operand that is used twice has both gradients`() {
    expectGradients(of: [numbers([2, 3], seed: 1)]) { $0[0] * $0[0] + $0[0] }
  }

  @Test func `a narrow float passes the gradient on in float32`() throws {
    let x = Variable(leaf: Tensor([1, 2, 3], [3]))
    let narrow = x.cast(to: .bf16)
    let gradients = Gradients(of: narrow * narrow, seed: Tensor([1, 1.001, 1], [3]))
    let gradient = try #require(gradients[x])
    #expect(gradient.dtype == .f32)
    #expect(gradient.floats == [2, 4 * Float(1.001), 6])
  }
}
