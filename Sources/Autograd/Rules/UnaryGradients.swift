internal import CKernels
internal import Glibc
internal import TensorCore
internal import TensorOps

extension UnaryOperation {
  /// Whether the derivative is formed from the result, and not from what the function was applied
  /// to.
  var derivesFromResult: Bool {
    switch self {
    case .exponential, .hyperbolicTangent, .sigmoid: true
    default: false
    }
  }

  /// The gradient of x for that of the result; `known` is x, or the result where the derivative is
  /// formed from it.
  func gradient(_ gradient: Tensor, _ known: Tensor) -> Tensor {
    switch self {
    case .negate, .scale, .divide: gradient.applying(self)
    case .shift: gradient
    case .exponential: gradient.combined(.multiply, known)
    case .logarithm: gradient.combined(.divide, known)
    case .square: gradient.combined(.multiply, known).applying(.scale(2))
    default: elementwise(gradient, known)
    }
  }

  private func elementwise(_ gradient: Tensor, _ known: Tensor) -> Tensor {
    let (gradients, values) = (FloatReader(gradient), FloatReader(known))
    return Tensor(.f32, gradient.shape) { target in
      gradients.read { gradients in
        values.read { values in write(gradients, values, values, target) }
      }
      func write(
        _ g: UnsafePointer<Float>, _ x: UnsafePointer<Float>, _ y: UnsafePointer<Float>,
        _ dx: UnsafeMutablePointer<Float>
      ) {
        let count = gradients.count
        switch self {
        case .hyperbolicTangent: for i in 0..<count { dx[i] = g[i] * (1 - y[i] * y[i]) }
        case .sigmoid: for i in 0..<count { dx[i] = g[i] * (y[i] * (1 - y[i])) }
        case .leakyReLU(let slope):
          for i in 0..<count { dx[i] = x[i] > 0 ? g[i] : slope * g[i] }
        case .clamp(let limit):
          for i in 0..<count { dx[i] = abs(x[i]) <= limit ? g[i] : 0 }
        case .silu: Self.writeSiLU(g, x, count, into: dx)
        case .gelu: Self.writeGELU(g, x, count, into: dx)
        case .geluTanh: Self.writeTanhGELU(g, x, count, into: dx)
        case .negate, .scale, .divide, .shift, .exponential, .logarithm, .square:
          preconditionFailure("\(self) is an operation on tensors")
        }
      }
    }
  }

  /// With s the sigmoid: s · (1 + x · (1 − s)).
  private static func writeSiLU(
    _ g: UnsafePointer<Float>, _ x: UnsafePointer<Float>, _ count: Int,
    into dx: UnsafeMutablePointer<Float>
  ) {
    birdie_kernels().pointee.unary_f32(BIRDIE_SIGMOID, dx, x, 0, count)
    for i in 0..<count { dx[i] = g[i] * (dx[i] * (1 + x[i] * (1 - dx[i]))) }
  }

  /// Φ(x) + x · φ(x).
  private static func writeGELU(
    _ g: UnsafePointer<Float>, _ x: UnsafePointer<Float>, _ count: Int,
    into dx: UnsafeMutablePointer<Float>
  ) {
    for i in 0..<count { dx[i] = -0.5 * x[i] * x[i] }
    birdie_kernels().pointee.unary_f32(BIRDIE_EXP, dx, dx, 0, count)
    let density = 1 / (2 * Float.pi).squareRoot()
    let root = Float(0.5).squareRoot()
    for i in 0..<count {
      dx[i] = g[i] * (0.5 * erfcf(-x[i] * root) + x[i] * density * dx[i])
    }
  }

  /// With u = √(2/π) · (x + 0.044715 · x³) and t = tanh u: (1 + t) ÷ 2 + x ÷ 2 · (1 − t²) · u′.
  private static func writeTanhGELU(
    _ g: UnsafePointer<Float>, _ x: UnsafePointer<Float>, _ count: Int,
    into dx: UnsafeMutablePointer<Float>
  ) {
    let factor = (2 / Float.pi).squareRoot()
    let cubic: Float = 0.044715
    for i in 0..<count { dx[i] = factor * (x[i] + cubic * x[i] * x[i] * x[i]) }
    birdie_kernels().pointee.unary_f32(BIRDIE_TANH, dx, dx, 0, count)
    for i in 0..<count {
      let t = dx[i]
      let slope = factor * (1 + 3 * cubic * x[i] * x[i])
      dx[i] = g[i] * (0.5 * (1 + t) + 0.5 * x[i] * (1 - t * t) * slope)
    }
  }
}
