import Diagnostics
import JSON
@testable import Quantization
import TensorCore
import TensorOps
import TestSupport
import Testing

struct LearnedRoundingTests {
  /// A fixture: its file and the options that it was made with.
  struct Golden: CustomTestStringConvertible, Sendable {
    let bits: Int
    let hasZeroPoints: Bool
    let iterations: Int

    var testDescription: String {
      "autoround-\(bits)-\(hasZeroPoints ? "zeros" : "plain")-\(iterations)"
    }
  }

  @Test(arguments: [
    Golden(bits: 4, hasZeroPoints: false, iterations: 8),
    Golden(bits: 3, hasZeroPoints: true, iterations: 6),
    Golden(bits: 2, hasZeroPoints: false, iterations: 5),
    Golden(bits: 1, hasZeroPoints: false, iterations: 4),
    Golden(bits: 1, hasZeroPoints: true, iterations: 4),
  ])
  func `codes, scales and zero points are those of the formulas in float64`(
    golden: Golden
  ) throws {
    let fixture = MethodFixture(
      golden.testDescription, LearnedRounding.self,
      [
        ("bits", .integer(golden.bits)), ("group", .integer(4)),
        ("zero_points", .bool(golden.hasZeroPoints)),
        ("iterations", .integer(golden.iterations)),
      ])
    let differences = try fixture.differences()
    #expect(differences == [])
  }

  /// A weight whose inputs follow each other closely.
  private static func weight(
    rows: Int = 6, columns: Int = 16, correlation: Double = 0.9, seed: UInt64 = 5
  ) throws -> Weight {
    var random = SplitMix(state: seed)
    var moment = Matrix(zerosOf: columns, columns)
    for _ in 0..<(4 * columns) {
      var x = (0..<columns).map { _ in random.normal() }
      for column in 1..<columns { x[column] += correlation * x[column - 1] }
      for row in 0..<columns {
        for column in 0..<columns { moment[row, column] += x[row] * x[column] }
      }
    }
    return try Weight(
      name: "w", rows: rows, columns: columns,
      elements: (0..<(rows * columns)).map { _ in Float(random.normal() * 0.05) },
      input: InputStatistics(secondMoment: moment, rowCount: 4 * columns))
  }

  /// tr((W − Q) H (W − Q)ᵀ) of each row.
  private func losses(
    _ weight: Weight, _ options: [(key: String, value: JSONValue)]
  ) throws -> [Double] {
    let method = try MethodFixture.make(LearnedRounding.self, options)
    let decoded = try method.quantize(weight, step: 1).decoded().numbers(Float.self)
    let moments = try #require(weight.input).secondMoment
    return (0..<weight.rows).map { row in
      let error = (0..<weight.columns).map { column in
        Double(decoded[row * weight.columns + column])
          - Double(weight.elements[row * weight.columns + column])
      }
      return error.indices.reduce(0.0) { sum, a in
        sum + error.indices.reduce(0.0) { $0 + error[a] * moments[a, $1] * error[$1] }
      }
    }
  }

  @Test(arguments: 1...8, [false, true])
  func `no row errs more than with rounding to nearest`(bits: Int, zeros: Bool) throws {
    let weight = try Self.weight()
    let options: [(key: String, value: JSONValue)] = [
      ("bits", .integer(bits)), ("group", .integer(5)), ("zero_points", .bool(zeros)),
    ]
    let learned = try losses(weight, options + [("iterations", .integer(20))])
    let nearest = try losses(weight, options + [("iterations", .integer(0))])
    // Products are float32 ones.
    #expect(zip(learned, nearest).allSatisfy { $0 <= $1 * (1 + 1e-5) })
  }

  @Test(arguments: [2, 3, 4])
  func `correlated inputs halve the error`(bits: Int) throws {
    let weight = try Self.weight()
    let options: [(key: String, value: JSONValue)] = [
      ("bits", .integer(bits)), ("group", .integer(8)),
    ]
    let learned = try losses(weight, options).reduce(0, +)
    let nearest = try losses(weight, options + [("iterations", .integer(0))]).reduce(0, +)
    #expect(learned < 0.5 * nearest)
  }

  @Test(arguments: [false, true])
  func `no iterations are rounding to nearest`(zeros: Bool) throws {
    let weight = try Self.weight()
    let common: [(key: String, value: JSONValue)] = [
      ("bits", .integer(3)), ("group", .integer(5)), ("zero_points", .bool(zeros)),
    ]
    let learned = try MethodFixture.make(
      LearnedRounding.self, common + [("iterations", .integer(0))]
    ).quantize(weight, step: 1)
    let nearest = try MethodFixture.make(
      RoundToNearest.self, common + [("coverage", .string("group"))]
    ).quantize(weight, step: 1)
    #expect(learned.components.count == 3)
    for (one, other) in zip(learned.components, nearest.components) {
      #expect(one.tensor.isSame(as: other.tensor), "\(one.name)")
    }
  }

  @Test func `channels that nothing is read from keep their nearest codes`() throws {
    let live = try Self.weight(columns: 8)
    var moment = try #require(live.input).secondMoment
    for other in 0..<8 { (moment[3, other], moment[other, 3]) = (0, 0) }
    let weight = try Weight(
      name: "w", rows: live.rows, columns: 8, elements: live.elements,
      input: InputStatistics(secondMoment: moment, rowCount: 32))
    // Without clipping scales stay, and with them the nearest codes.
    func codes(_ iterations: Int) throws -> [Int8] {
      let method = try MethodFixture.make(
        LearnedRounding.self, [("iterations", .integer(iterations)), ("clipping", .bool(false))])
      return try method.quantize(weight, step: 1).components[0].tensor.numbers(Int8.self)
    }
    let (learned, nearest) = (try codes(30), try codes(0))
    #expect(learned != nearest)
    let unread = stride(from: 3, to: learned.count, by: 8)
    #expect(unread.map { learned[$0] } == unread.map { nearest[$0] })
  }

  @Test func `each thread count gives the same bytes`() throws {
    // More rows than a thread takes together.
    let weight = try Self.weight(rows: 150, columns: 4)
    let method = try MethodFixture.make(LearnedRounding.self, [("iterations", .integer(3))])
    let before = MachineBudget.threadCount
    defer { MachineBudget.limit(threadCount: before, memoryByteCount: nil) }
    MachineBudget.limit(threadCount: 1, memoryByteCount: nil)
    let one = try method.quantize(weight, step: 1)
    MachineBudget.limit(threadCount: 3, memoryByteCount: nil)
    let three = try method.quantize(weight, step: 1)
    for (a, b) in zip(one.components, three.components) { #expect(a.tensor.isSame(as: b.tensor)) }
  }

  /// A loss of all weights together, as a model's would be: how far their sum is from a number.
  private struct SumObjective: RoundingObjective {
    let target: Double

    func evaluate(_ quantized: [Float]) -> RoundingLoss {
      let distance = quantized.reduce(0.0) { $0 + Double($1) } - target
      return RoundingLoss(
        losses: [distance * distance],
        gradient: [Float](repeating: Float(2 * distance), count: quantized.count))
    }
  }

  @Test func `another objective takes the layer's place`() throws {
    // A bit below the middle between codes, but for those that tell the scales.
    let elements: [Float] = [7, 0.45, 1.45, 2.45, 7, -0.55, 3.45, 4.45]
    let grid = EvenGrid(
      bits: 4, hasZeroPoints: false, end: .absmax, percentile: 100, clip: 1, candidates: 1,
      scaleType: .f32)
    var descent = RoundingDescent(
      elements, rows: 2, groups: ElementGroups(rows: 2, columns: 4, size: 4), grid: grid, step: 1)
    let schedule = RoundingDescent.Schedule(
      iterations: 10, learningRate: 0.1, learnsClipping: false)
    // The nearest codes, 7 0 1 2 and 7 −1 3 4, come to 23.
    descent.run(schedule, SumObjective(target: 29))
    #expect(descent.best.codes == [7, 1, 2, 3, 7, 0, 4, 5])
  }

  @Test func `a weight without statistics is refused`() throws {
    let weight = try Weight(name: "w", rows: 1, columns: 2, elements: [1, 2])
    let method = try MethodFixture.make(LearnedRounding.self, [])
    #expect(throws: Rejection.self) { try method.quantize(weight, step: 1) }
  }
}
