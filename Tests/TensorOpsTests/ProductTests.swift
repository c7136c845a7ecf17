import CKernels
import Glibc
import TensorCore
import Testing

@testable import TensorOps

@Suite struct ProductTests {
  /// x · weightᵀ in double precision.
  private static func product(
    _ x: [Float], _ weight: [Float], _ rows: Int, _ outputs: Int, _ inputs: Int
  ) -> [Double] {
    (0..<(rows * outputs)).map { index in
      (0..<inputs).reduce(0) { sum, k in
        sum + Double(x[index / outputs * inputs + k]) * Double(weight[index % outputs * inputs + k])
      }
    }
  }

  @Test(arguments: [(1, 1, 1), (3, 17, 5), (5, 33, 20), (70, 3, 9)])
  func `a linear layer is a product with the transpose`(rows: Int, outputs: Int, inputs: Int) {
    let x = numbers(rows * inputs)
    let weight = numbers(outputs * inputs, seed: 9)
    let bias = numbers(outputs, seed: 4)
    let result = Tensor(x, [rows, inputs]).linear(
      Tensor(weight, [outputs, inputs]), bias: Tensor(bias, [outputs]))
    #expect(result.shape.dimensions == [rows, outputs])
    let expected = Self.product(x, weight, rows, outputs, inputs)
    for (index, want) in expected.enumerated() {
      let sum = want + Double(bias[index % outputs])
      #expect(abs(Double(result.floats[index]) - sum) <= 1e-4)
    }
  }

  @Test func `a product over nothing is zero`() {
    // Memory that was used before is not zero by itself.
    for _ in 0..<3 { _ = Tensor(numbers(100_000), [100, 1000]).applying(.negate) }
    let result = Tensor([], [100, 0]).linear(Tensor([], [1000, 0]))
    #expect(result.floats.allSatisfy { $0 == 0 } && result.floats.count == 100_000)
  }

  @Test func `kernels of ours multiply as OpenBLAS does`() {
    let (rows, outputs, inputs) = (7, 35, 50)
    let (x, weight) = (numbers(rows * inputs), numbers(outputs * inputs, seed: 5))
    let expected = Self.product(x, weight, rows, outputs, inputs)
    for isa in ["portable", "avx2", "avx512"] {
      guard let result = Self.reproducible(isa, x, weight, rows, outputs, inputs) else { continue }
      #expect(zip(result, expected).allSatisfy { abs(Double($0) - $1) <= 1e-4 })
    }
  }

  private static func reproducible(
    _ isa: String, _ x: [Float], _ weight: [Float], _ rows: Int, _ outputs: Int, _ inputs: Int
  ) -> [Float]? {
    guard let backend = CPUBackend(instructionSet: isa) else { return nil }
    var result = [Float](repeating: 0, count: rows * outputs)
    var panel = [Float](repeating: 0, count: 16 * inputs)
    backend.kernels.multiply_transposed_f32(&result, x, weight, &panel, rows, outputs, inputs)
    return result
  }

  @Test(arguments: [nil, 5] as [Int?], [false, true])
  func `attention is the weighted mean of the values that are seen`(
    window: Int?, hasDocuments: Bool
  ) {
    let (positions, heads, keyHeads, width) = (70, 4, 2, 6)
    let q = numbers(positions * heads * width)
    let k = numbers(positions * keyHeads * width, seed: 2)
    let v = numbers(positions * keyHeads * width, seed: 3)
    let starts = hasDocuments ? (0..<positions).map { $0 / 33 * 33 } : nil
    let mask = AttentionMask(window: window, documentStarts: starts)
    let result = Tensor(q, [positions, heads, width]).attention(
      keys: Tensor(k, [positions, keyHeads, width]),
      values: Tensor(v, [positions, keyHeads, width]), scale: 0.4, mask: mask
    ).floats
    for position in stride(from: 0, to: positions, by: 3) {
      for head in 0..<heads {
        let first = max(
          0, window.map { position + 1 - $0 } ?? 0, hasDocuments ? position / 33 * 33 : 0)
        let weights = (first...position).map { key in
          exp(
            0.4
              * (0..<width).reduce(0) { sum, i in
                sum + Double(q[(position * heads + head) * width + i])
                  * Double(k[(key * keyHeads + head / 2) * width + i])
              })
        }
        let total = weights.reduce(0, +)
        for i in 0..<width {
          let want =
            zip(weights, first...position).reduce(0) { sum, pair in
              sum + pair.0 * Double(v[(pair.1 * keyHeads + head / 2) * width + i])
            } / total
          let got = Double(result[(position * heads + head) * width + i])
          #expect(abs(got - want) <= 2e-5)
        }
      }
    }
  }

  @Test func `a narrow weight is widened, and a narrow input rounds the result`() {
    let x = Tensor(numbers(40), [2, 20])
    let weight = Tensor(numbers(60, seed: 8), [3, 20]).cast(to: .bf16)
    let wide = x.linear(weight.cast(to: .f32))
    #expect(x.linear(weight).floats == wide.floats)
    let narrow = x.cast(to: .bf16).linear(weight)
    #expect(narrow.dtype == .bf16)
    #expect(narrow.floats == x.cast(to: .bf16).cast(to: .f32).linear(weight).cast(to: .bf16).floats)
  }

  @Test func `rotations turn both ways and keep what lies beyond them`() {
    let x = numbers(2 * 3 * 6)
    for direction in [RotaryTable.Direction.clockwise, .counterclockwise] {
      let table = RotaryTable(frequencies: [1, 0.1], positionCount: 2, direction: direction)
      let result = Tensor(x, [2, 3, 6]).rotated(by: table).floats
      let sign: Double = direction == .clockwise ? 1 : -1
      for row in 0..<6 {
        for pair in 0..<2 {
          let angle = Double(row / 3) * (pair == 0 ? 1 : 0.1) * sign
          let (a, b) = (Double(x[row * 6 + pair]), Double(x[row * 6 + pair + 2]))
          #expect(abs(Double(result[row * 6 + pair]) - (a * cos(angle) + b * sin(angle))) < 1e-6)
          #expect(
            abs(Double(result[row * 6 + pair + 2]) - (b * cos(angle) - a * sin(angle))) < 1e-6)
        }
        #expect(result[(row * 6 + 4)..<(row * 6 + 6)] == x[(row * 6 + 4)..<(row * 6 + 6)])
      }
    }
  }
}
