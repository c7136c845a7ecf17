import JSON
import Quantization
import TensorCore
import TensorOps
import TestSupport
import Testing

/// Methods that fit their levels to the weight: what fitting must not make worse.
struct FittedMethodTests {
  private let weight: Weight
  private let elements: [Float]

  init() throws {
    var random = SplitMix(state: 7)
    elements = (0..<(6 * 32)).map { _ in
      let sum = (0..<6).reduce(Float(0)) { total, _ in
        total + Float(random.next() >> 40) / Float(1 << 24) - 0.5
      }
      return sum * sum * sum / 10
    }
    var moments = Matrix(zerosOf: 32, 32)
    for channel in 0..<32 { moments[channel, channel] = Double(1 + channel * channel) }
    weight = try Weight(
      name: "w", rows: 6, columns: 32, elements: elements,
      input: InputStatistics(secondMoment: moments, rowCount: 10))
  }

  /// The sum of errors to a power, weighed by their column where asked.
  private func error(
    _ method: any QuantizationMethod.Type, _ options: [(key: String, value: JSONValue)],
    power: Int = 2, weighed: Bool = false
  ) throws -> Double {
    let decoded = try MethodFixture.make(method, options).quantize(weight, step: 1).decoded()
    let numbers = (decoded.elementBytes ?? []).withUnsafeBytes {
      Array($0.bindMemory(to: Float.self))
    }
    return zip(elements, numbers).enumerated().reduce(0) { sum, pair in
      let distance = Double(abs(pair.element.0 - pair.element.1))
      let weight = weighed ? Double(1 + (pair.offset % 32) * (pair.offset % 32)) : 1
      return sum + weight * (power == 2 ? distance * distance : distance)
    }
  }

  @Test func `k-means errs less than the quantiles that it begins with`() throws {
    let options: [(key: String, value: JSONValue)] = [
      ("bits", .integer(3)), ("weighting", .string("none")),
    ]
    let start = try error(NearestCentroid.self, options + [("iterations", .integer(0))])
    #expect(try error(NearestCentroid.self, options) < start)
  }

  @Test func `k-means with few distinct numbers loses nothing but the scale's rounding`() throws {
    let numbers: [Float] = [-1, 0.5, 2, 0.25]
    let elements = (0..<32).map { numbers[$0 % 4] }
    let weight = try Weight(name: "w", rows: 2, columns: 16, elements: elements)
    let method = try MethodFixture.make(
      NearestCentroid.self, [("bits", .integer(2)), ("scale_type", .string("f32"))])
    let decoded = try method.quantize(weight, step: 1).decoded()
    let restored = (decoded.elementBytes ?? []).withUnsafeBytes {
      Array($0.bindMemory(to: Float.self))
    }
    #expect(zip(restored, elements).allSatisfy { abs($0 - $1) <= 1e-6 * abs($1) })
  }

  @Test func `weighing by inputs lowers the weighed error`() throws {
    let none = try error(
      NearestCentroid.self, [("bits", .integer(2)), ("weighting", .string("none"))], weighed: true)
    #expect(try error(NearestCentroid.self, [("bits", .integer(2))], weighed: true) < none)
  }

  @Test func `half-quadratic steps lower the sum of magnitudes`() throws {
    let options: [(key: String, value: JSONValue)] = [
      ("bits", .integer(3)), ("group", .integer(32)),
    ]
    let start = try error(
      HalfQuadratic.self, options + [("iterations", .integer(0))], power: 1)
    #expect(try error(HalfQuadratic.self, options, power: 1) <= start)
  }

  @Test func `more powers to choose from err no more at the output`() throws {
    let options: [(key: String, value: JSONValue)] = [("bits", .integer(3))]
    let plain = try error(
      ActivationAware.self, options + [("powers", .integer(1))], weighed: true)
    #expect(try error(ActivationAware.self, options, weighed: true) < plain)
  }
}
