@testable import Quantization
import TensorCore
import TensorOps
import TestSupport
import Testing

/// How near the default method comes to what is possible on a Gaussian without memory, whose least
/// squared error at R bits is σ² · 2^(−2R).
struct GaussianSourceTests {
  private static let (rows, columns) = (96, 512)

  private func weight() throws -> Weight {
    var random = SplitMix(state: 33)
    return try Weight(
      name: "w", rows: Self.rows, columns: Self.columns,
      elements: (0..<(Self.rows * Self.columns)).map { _ in Float(random.normal()) },
      input: InputStatistics(secondMoment: .identity(Self.columns), rowCount: 1))
  }

  /// The entropy of codes given the superset of the state that each is read in, in bits: what an
  /// ideal coder takes that knows the trellis.
  private func bits(_ codes: [Int8], _ trellis: Trellis) -> Double {
    var counts = [[Double]](repeating: [Double](repeating: 0, count: 256), count: 2)
    for column in 0..<Self.columns {
      var state: UInt8 = 0
      for row in 0..<Self.rows {
        let code = Int(codes[row * Self.columns + column])
        counts[Int(Trellis.superset(of: state))][code + 128] += 1
        state = trellis.next(state, code: code)
      }
    }
    let total = counts.map { counts in
      let sum = counts.reduce(0, +)
      return counts.reduce(0) { $1 > 0 ? $0 - $1 * octaves($1 / sum) : $0 }
    }.reduce(0, +)
    return total / Double(codes.count)
  }

  /// log2, bit by bit.
  private func octaves(_ value: Double) -> Double {
    var (rest, octaves, bit) = (value.significand, Double(value.exponent), 0.5)
    for _ in 0..<48 {
      rest *= rest
      if rest >= 2 {
        rest /= 2
        octaves += bit
      }
      bit /= 2
    }
    return octaves
  }

  // 0.085 bits of 3.3 is the goal for long columns. A column of 96 begins in state 0, which costs the
  // first eight numbers up to a bit of choice: at most 0.02 bits of each of 96 in addition. The
  // entropy of 49,152 codes is short of the source's by some 60 cells / (2 · 49,152 · ln 2), 0.001.
  @Test(arguments: [0.4145, 0.3])
  func `codes take at most a tenth of a bit more than the least for their error`(
    step: Double
  ) throws {
    let weight = try weight()
    let encoded = try MethodFixture.make(TrellisFeedback.self, []).quantize(
      weight, step: step / 0.4145)
    let codes = try #require(encoded.components.first).tensor.numbers(Int8.self)
    let trellis = try #require(Trellis(states: 256))
    let decoded = try encoded.decoded().numbers(Float.self)
    let squares = zip(decoded, weight.elements).reduce(0.0) { sum, pair in
      let difference = Double(pair.0) - Double(pair.1)
      return sum + difference * difference
    }
    let power = weight.elements.reduce(0.0) { $0 + Double($1) * Double($1) }
    let least = octaves(power / squares) / 2
    let gap = bits(codes, trellis) - least
    #expect(gap > 0 && gap < 0.105, "\(gap) bits above \(least)")
  }
}
