import Diagnostics
import JSON
@testable import Quantization
import TensorOps
import TestSupport
import Testing

/// ½ · log2(AM / GM) of what columns' errors weigh: the variance that is left of each channel once
/// those after it are known.
struct WaterfillingGainTests {
  private func weight(_ moment: Matrix, rows: Int = 2) throws -> Weight {
    let width = moment.rowCount
    return try Weight(
      name: "w", rows: rows, columns: width,
      elements: (0..<(rows * width)).map { Float(1 + $0 % 5) },
      input: InputStatistics(secondMoment: moment, rowCount: 10))
  }

  private func gain(_ moment: Matrix, columns: String = "waterfilled") throws -> Double? {
    try MethodFixture.make(
      TrellisFeedback.self,
      [("columns", .string(columns)), ("damping", .integer(0))]
    ).predictedGain(weight(moment))
  }

  @Test func `of independent channels it is that of their squares`() throws {
    var moment = Matrix(zerosOf: 3, 3)
    for (channel, square) in [1.0, 4, 16].enumerated() { moment[channel, channel] = square }
    // AM 7, GM 4.
    let found = try #require(try gain(moment))
    #expect(abs(found - 0.403677461) < 1e-9)
  }

  @Test func `correlated channels count by what is left of them`() throws {
    var moment = Matrix(zerosOf: 2, 2)
    (moment[0, 0], moment[1, 1]) = (2, 1)
    (moment[0, 1], moment[1, 0]) = (0.6, 0.6)
    // The last keeps 1, the first 2 − 0.36: half of log2(1.32 / √1.64).
    let found = try #require(try gain(moment))
    #expect(abs(found - 0.021845011) < 1e-9)
  }

  @Test func `equal channels have nothing to gain, and those that nothing reads do not count`()
    throws
  {
    var moment = Matrix.identity(4)
    moment[2, 2] = 0
    #expect(try gain(moment) == 0)
  }

  @Test func `one step for all columns has none, nor have other methods`() throws {
    #expect(try gain(.identity(3), columns: "constant") == nil)
    let gptq = try MethodFixture.make(UniformFeedback.self, [])
    #expect(try gptq.predictedGain(weight(.identity(3))) == nil)
  }

  @Test func `it is that of the damped moments, eliminated channel by channel`() throws {
    var random = SplitMix(state: 5)
    let width = 17
    var moment = Matrix(zerosOf: width, width)
    for _ in 0..<80 {
      let x = (0..<width).map { random.normal() * Double(1 + $0 % 5) }
      for row in 0..<width { for column in 0..<width { moment[row, column] += x[row] * x[column] } }
    }
    let method = try MethodFixture.make(TrellisFeedback.self, [])
    let found = try #require(try method.predictedGain(weight(moment)))
    let left = Self.residualVariances(moment, damping: 0.01)
    let mean = left.reduce(0, +) / Double(width)
    let product = left.reduce(1) { $0 * ($1 / mean) }
    // −½ · log2 of the geometric over the arithmetic mean, by Newton's square roots of a product.
    let octaves = Self.octaves(product) / Double(width)
    #expect(abs(found + octaves / 2) < 1e-9)
  }

  /// What is left of each channel, from the smallest on, once those that are quantized after it are
  /// eliminated from the damped moments.
  private static func residualVariances(_ moment: Matrix, damping: Double) -> [Double] {
    let width = moment.rowCount
    let diagonal = (0..<width).map { moment[$0, $0] }
    let added = damping * diagonal.reduce(0, +) / Double(width)
    var rest = moment
    for channel in 0..<width { rest[channel, channel] += added }
    return (0..<width).sorted { (diagonal[$0], -$0) < (diagonal[$1], -$1) }.map { channel in
      let pivot = rest[channel, channel]
      let row = (0..<width).map { rest[channel, $0] }
      for one in 0..<width {
        for other in 0..<width { rest[one, other] -= row[one] * row[other] / pivot }
      }
      return pivot
    }
  }

  /// log2 by halving and squaring, bit by bit.
  private static func octaves(_ value: Double) -> Double {
    var (rest, octaves, bit) = (value.significand, Double(value.exponent), 0.5)
    for _ in 0..<50 {
      rest *= rest
      if rest >= 2 {
        rest /= 2
        octaves += bit
      }
      bit /= 2
    }
    return octaves
  }
}
