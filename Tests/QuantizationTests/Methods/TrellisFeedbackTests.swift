import Diagnostics
import JSON
@testable import Quantization
import TensorCore
import TensorOps
import TestSupport
import Testing

struct TrellisFeedbackTests {
  private let weight: Weight
  private let moment: Matrix

  init() throws {
    var random = SplitMix(state: 3)
    var moment = Matrix(zerosOf: 12, 12)
    for _ in 0..<60 {
      let x = (0..<12).map { random.normal() * Double(1 + $0 % 4) }
      for row in 0..<12 {
        for column in 0..<12 { moment[row, column] += x[row] * x[column] }
      }
    }
    let elements = (0..<(24 * 12)).map { _ in Float(random.normal() * 0.05) }
    self.moment = moment
    weight = try Weight(
      name: "w", rows: 24, columns: 12, elements: elements,
      input: InputStatistics(secondMoment: moment, rowCount: 60))
  }

  /// tr(E H Eᵀ).
  private func error(_ encoded: EncodedTensor, against weight: Weight) throws -> Double {
    let decoded = try encoded.decoded().numbers(Float.self)
    var sum = 0.0
    for row in 0..<weight.rows {
      let error = (0..<12).map {
        Double(weight.elements[row * 12 + $0]) - Double(decoded[row * 12 + $0])
      }
      for a in 0..<12 {
        for b in 0..<12 { sum += error[a] * moment[a, b] * error[b] }
      }
    }
    return sum
  }

  private func quantize(
    _ options: [(key: String, value: JSONValue)], step: Double = 1, _ weight: Weight? = nil
  ) throws -> EncodedTensor {
    try MethodFixture.make(TrellisFeedback.self, options).quantize(
      weight ?? self.weight, step: step)
  }

  @Test(arguments: [1e-3, 1e-6])
  func `steps that are too fine for codes are as fine as codes allow`(step: Double) throws {
    let coarse = try error(try quantize([]), against: weight)
    let fine = try error(try quantize([], step: step), against: weight)
    #expect(fine < 1e-5 * coarse)
  }

  @Test func `half the step is a quarter of the error`() throws {
    let coarse = try error(try quantize([]), against: weight)
    let fine = try error(try quantize([], step: 0.5), against: weight)
    #expect(fine < 0.4 * coarse && fine > 0.15 * coarse)
  }

  @Test(arguments: [4, 8, 16, 32, 64, 128, 256])
  func `codes lead through the trellis that the encoding names`(states: Int) throws {
    let encoded = try quantize([("states", .integer(states))])
    #expect(encoded.encoding.kind.contains("trellis\(states)"))
    // Within the reach of a step: decoding takes the same way as the search.
    let decoded = try encoded.decoded().numbers(Float.self)
    let largest = zip(decoded, weight.elements).map { abs($0 - $1) }.max() ?? 0
    #expect(largest < 0.1)
  }

  @Test func `trellises and waterfilled steps lower the error`() throws {
    let plain = try error(try quantize([("rate_weight", .integer(0))]), against: weight)
    let uniform = try MethodFixture.make(UniformFeedback.self, []).quantize(weight, step: 1)
    // The same step as 12.85 deviations in 31 codes.
    let reference = try error(uniform, against: weight)
    #expect(plain < 0.9 * reference)
  }

  @Test func `rows that matter more get finer steps`() throws {
    var squares = [Double](repeating: 1e-6, count: 24)
    squares[5] = 1e-4
    let weighed = try Weight(
      name: "w", rows: 24, columns: 12, elements: weight.elements, input: weight.input,
      output: OutputStatistics(squares: squares))
    let encoded = try quantize([("output_damping", .integer(0))], step: 0.1, weighed)
    let scales = encoded.components[1].tensor.numbers(Float.self)
    #expect(scales.count == 24)
    // √100 = 3.32 octaves, in quarters.
    #expect(scales[4] / scales[5] > 8 && scales[4] / scales[5] < 13)
  }

  @Test func `matrices of one row, one column and zeros are quantized`() throws {
    for (rows, columns) in [(1, 12), (24, 1), (3, 3)] {
      var moment = Matrix.identity(columns)
      moment[0, 0] = 0
      let weight = try Weight(
        name: "w", rows: rows, columns: columns,
        elements: (0..<(rows * columns)).map { rows == 3 ? 0 : Float($0) },
        input: InputStatistics(secondMoment: moment, rowCount: 1))
      let decoded = try quantize([], step: 1, weight).decoded()
      let isFinite = decoded.numbers(Float.self).allSatisfy(\.isFinite)
      #expect(isFinite)
    }
  }

  @Test func `a weight without statistics and unknown options are errors`() throws {
    let bare = try Weight(name: "w", rows: 2, columns: 2, elements: [1, 2, 3, 4])
    #expect(throws: Rejection.self) { try quantize([], step: 1, bare) }
    #expect(throws: Rejection.self) { try quantize([("stats", .integer(8))]) }
    #expect(throws: Rejection.self) { try quantize([("states", .integer(9))]) }
    #expect(throws: Rejection.self) {
      try Weight(name: "w", rows: 1, columns: 2, elements: [.nan, 0])
    }
  }
}
