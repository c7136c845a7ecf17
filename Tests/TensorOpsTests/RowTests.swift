import CKernels
import Glibc
import TensorCore
import Testing

@testable import TensorOps

/// The instruction sets that this processor has.
let backends = ["portable", "avx2", "avx512"].compactMap(CPUBackend.init(instructionSet:))

/// Numbers that look random and are the same everywhere.
func numbers(_ count: Int, scale: Float = 3, seed: UInt64 = 1) -> [Float] {
  var random = Philox(seed: seed)
  return (0..<count).map { _ in (Float(random.next() >> 8) / 0x1p23 - 1) * scale }
}

@Suite struct RowTests {
  private static let widths = [1, 2, 15, 16, 17, 40]

  private func rows(_ width: Int, _ body: ([Double]) -> [Double]) -> [Double] {
    let values = numbers(3 * width)
    return (0..<3).flatMap { body(values[($0 * width)..<(($0 + 1) * width)].map(Double.init)) }
  }

  private func check(
    _ normalization: RowNormalization, within tolerance: Double, _ body: ([Double]) -> [Double]
  ) {
    for width in Self.widths {
      let x = Tensor(numbers(3 * width), [3, width])
      let expected = rows(width, body)
      for backend in backends {
        let result = backend.normalize(normalization, x, weight: nil, bias: nil).floats
        for (got, want) in zip(result, expected) {
          #expect(abs(Double(got) - want) <= tolerance, "width \(width)")
        }
      }
    }
  }

  @Test func `an RMS norm divides by the root of the mean square`() {
    check(.rms(epsilon: 1e-6), within: 1e-6) { row in
      let mean = row.reduce(0) { $0 + $1 * $1 } / Double(row.count)
      return row.map { $0 / (mean + 1e-6).squareRoot() }
    }
  }

  @Test func `a layer norm centers first`() {
    check(.layer(epsilon: 1e-5), within: 2e-6) { row in
      let mean = row.reduce(0, +) / Double(row.count)
      let variance = row.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(row.count)
      return row.map { ($0 - mean) / (variance + 1e-5).squareRoot() }
    }
  }

  @Test func `a softmax is positive and sums to one`() {
    check(.softmax, within: 1e-6) { row in
      let sum = row.reduce(0) { $0 + exp($1) }
      return row.map { exp($0) / sum }
    }
  }

  @Test func `a unit row has the length one`() {
    check(.unitLength(epsilon: 1e-12), within: 1e-6) { row in
      let length = row.reduce(0) { $0 + $1 * $1 }.squareRoot()
      return row.map { $0 / length }
    }
  }

  @Test func `weights and biases follow the norm`() {
    let x = Tensor(numbers(34), [2, 17])
    let weight = Tensor(numbers(17, seed: 2), [17])
    let bias = Tensor(numbers(17, seed: 3), [17])
    for normalization in [RowNormalization.rms(epsilon: 1e-6), .layer(epsilon: 1e-6)] {
      let plain = x.normalized(normalization, weight: nil, bias: nil) * weight + bias
      let whole = x.normalized(normalization, weight: weight, bias: bias)
      #expect(zip(plain.floats, whole.floats).allSatisfy { abs($0 - $1) <= 1e-6 })
    }
  }

  @Test func `every instruction set gives the same bits`() {
    let operations: [UnaryOperation] = [
      .exponential, .logarithm, .hyperbolicTangent, .sigmoid, .silu, .gelu, .geluTanh, .square,
      .leakyReLU(slope: 0.5), .clamp(limit: 2), .negate, .scale(0.3), .divide(by: 3), .shift(1),
    ]
    let x = Tensor(numbers(533, scale: 20), [13, 41])
    for operation in operations {
      let results = backends.map { $0.unary(operation, x).floats.map(\.bitPattern) }
      #expect(results.allSatisfy { $0 == results[0] }, "\(operation)")
    }
    for reduction in [RowReduction.sum, .maximum, .logSumExp] {
      let results = backends.map { $0.reduce(reduction, x).floats.map(\.bitPattern) }
      #expect(results.allSatisfy { $0 == results[0] }, "\(reduction)")
    }
    let softmax = backends.map {
      $0.normalize(.softmax, x, weight: nil, bias: nil).floats.map(\.bitPattern)
    }
    #expect(softmax.allSatisfy { $0 == softmax[0] })
  }

  /// A function and its definition in double precision.
  struct Oracle: Sendable {
    let operation: UnaryOperation
    var tolerance = 4e-7
    let value: @Sendable (Double) -> Double
  }

  static func sigmoid(_ x: Double) -> Double { 1 / (1 + exp(-x)) }
  static func gelu(_ x: Double) -> Double { 0.5 * x * erfc(-x / 1.4142135623730951) }

  static let oracles: [Oracle] = [
    Oracle(operation: .exponential) { x in exp(x) },
    Oracle(operation: .hyperbolicTangent) { x in tanh(x) },
    Oracle(operation: .sigmoid) { x in sigmoid(x) },
    Oracle(operation: .gelu, tolerance: 1.2e-6) { x in gelu(x) },
  ]

  @Test(arguments: oracles)
  func `functions are those of double precision to a few ulp`(oracle: Oracle) {
    let x = numbers(2000, scale: 6)
    let results = Tensor(x, [2000]).applying(oracle.operation).floats
    for (input, result) in zip(x, results) {
      let want = oracle.value(Double(input))
      let error = abs(Double(result) - want)
      #expect(error <= oracle.tolerance * max(1, abs(want)), "\(oracle.operation) of \(input)")
    }
  }

  @Test func `limits of the functions are exact`() {
    let x = Tensor([-.infinity, -200, 200, .infinity, .nan, 0], [6])
    let exponentials = x.applying(.exponential).floats
    #expect(exponentials[..<4] == [0, 0, .infinity, .infinity])
    #expect(exponentials[4].isNaN && exponentials[5] == 1)
    let tangents = x.applying(.hyperbolicTangent).floats
    #expect(tangents[..<4] == [-1, -1, 1, 1])
    #expect(tangents[4].isNaN && tangents[5] == 0)
  }
}
