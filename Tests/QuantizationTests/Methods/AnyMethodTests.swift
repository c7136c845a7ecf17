import Diagnostics
import JSON
@testable import Quantization
import TensorCore
import TensorOps
import TestSupport
import Testing

/// What holds for every method, whatever the weights: finite numbers of the right shape, or an
/// error that names its rule.
struct AnyMethodTests {
  static let methods = QuantizationMethods.all.map { $0.id }

  private func type(_ id: String) throws -> any QuantizationMethod.Type {
    try #require(QuantizationMethods.all.first { $0.id == id })
  }

  /// With the standard options, but few iterations of what takes hundreds.
  private func method(_ id: String) throws -> any QuantizationMethod {
    try MethodFixture.make(
      try type(id), id == LearnedRounding.id ? [("iterations", .integer(10))] : [])
  }

  /// What a method makes of a weight, if it is neither of what it may be.
  private func fault(
    _ method: any QuantizationMethod, _ weight: Weight, step: Double = 1
  ) -> String? {
    do throws(Rejection) {
      let decoded = try method.quantize(weight, step: step).decoded()
      guard decoded.shape == weight.shape, decoded.dtype == weight.dtype else {
        return "\(weight.name): \(decoded.dtype) of \(decoded.shape)"
      }
      let isFinite = decoded.floats.allSatisfy(\.isFinite)
      return isFinite ? nil : "\(weight.name): not finite"
    } catch {
      let rules: [Rule] = [
        QuantizationRules.singularStatistics, QuantizationRules.foreignStatistics,
        QuantizationRules.beyondType,
      ]
      let isNamed = rules.contains { $0.id == error.rule.id }
      return isNamed && !error.message.isEmpty ? nil : "\(weight.name): \(error)"
    }
  }

  @Test(arguments: methods, OddMoments.allCases)
  func `every odd matrix gives finite numbers or a named error`(
    id: String, moments: OddMoments
  ) throws {
    let method = try method(id)
    let faults = try OddMatrix.all.compactMap { fault(method, try $0.weight(moments)) }
    #expect(faults == [])
  }

  @Test(arguments: methods)
  func `only what is told about inputs is an error`(id: String) throws {
    // Moments that can be factored once they are damped leave no method a reason to refuse.
    let method = try method(id)
    for moments in [OddMoments.regular, .dead, .zero, .singular] {
      for matrix in OddMatrix.all {
        let weight = try matrix.weight(moments)
        #expect(throws: Never.self, "\(matrix.name), \(moments)") {
          try method.quantize(weight, step: 1)
        }
      }
    }
  }

  @Test(arguments: methods, [DType.f16, .bf16])
  func `the largest numbers of narrow types stay finite or are refused by name`(
    id: String, dtype: DType
  ) throws {
    let largest: Float = dtype == .f16 ? 65_504 : Float(bitPattern: 0x7f7f_0000)
    let matrix = OddMatrix("largest", 3, 7) { $0 % 3 == 0 ? -largest : largest / Float($0) }
    let fault = fault(try method(id), try matrix.weight(.regular, dtype: dtype))
    #expect(fault == nil)
  }

  @Test(arguments: methods, [1e-6, 0.3, 1e6])
  func `every step gives finite numbers`(id: String, step: Double) throws {
    let method = try method(id)
    let faults = try OddMatrix.all.compactMap {
      fault(method, try $0.weight(.regular), step: step)
    }
    #expect(faults == [])
  }

  @Test(arguments: methods)
  func `zeros stay zeros`(id: String) throws {
    let zeros = try #require(OddMatrix.all.first { $0.name == "zeros" })
    let decoded = try method(id).quantize(try zeros.weight(.regular), step: 1).decoded()
    #expect(decoded.floats == zeros.elements)
  }

  @Test(arguments: methods)
  func `without statistics a method does without or names the rule`(id: String) throws {
    let weight = try Weight(name: "w", rows: 2, columns: 3, elements: [1, -2, 3, -4, 5, -6])
    let fault = fault(try method(id), weight)
    #expect(fault == nil)
  }

  @Test(arguments: [Float.nan, .infinity, -.infinity])
  func `weights that are not finite are refused by name`(element: Float) {
    let error = #expect(throws: Rejection.self) {
      try Weight(name: "w", rows: 2, columns: 2, elements: [0, 1, element, 2])
    }
    #expect(error?.rule.id == QuantizationRules.notFinite.id)
    #expect(error?.message.contains("[1, 0]") == true)
  }

  @Test(arguments: [Double.nan, .infinity, -1])
  func `moments that are none are refused by name`(moment: Double) {
    var moments = Matrix.identity(3)
    moments[1, 1] = moment
    let input = InputStatistics(secondMoment: moments, rowCount: 5)
    let error = #expect(throws: Rejection.self) {
      try Weight(name: "w", rows: 1, columns: 3, elements: [1, 2, 3], input: input)
    }
    #expect(error?.rule.id == QuantizationRules.singularStatistics.id)
  }

  @Test func `a moment of two channels that is not finite is refused too`() {
    var moments = Matrix.identity(3)
    moments[2, 0] = .nan
    let input = InputStatistics(secondMoment: moments, rowCount: 5)
    let error = #expect(throws: Rejection.self) {
      try Weight(name: "w", rows: 1, columns: 3, elements: [1, 2, 3], input: input)
    }
    #expect(error?.rule.id == QuantizationRules.singularStatistics.id)
  }

  @Test func `statistics of another extent are refused by name`() {
    let input = InputStatistics(secondMoment: .identity(2), rowCount: 5)
    let error = #expect(throws: Rejection.self) {
      try Weight(name: "w", rows: 1, columns: 3, elements: [1, 2, 3], input: input)
    }
    #expect(error?.rule.id == QuantizationRules.foreignStatistics.id)
  }

  @Test(arguments: ["trellis", "gptq"])
  func `moments that cannot be factored without damping are refused by name`(id: String) throws {
    let method = try MethodFixture.make(try type(id), [("damping", .integer(0))])
    let line = try #require(OddMatrix.all.first { $0.name == "line" })
    let weight = try line.weight(.singular)
    let error = #expect(throws: Rejection.self) { try method.quantize(weight, step: 1) }
    #expect(error?.rule.id == QuantizationRules.singularStatistics.id)
  }

  @Test(arguments: methods)
  func `ids, summaries and options are documented`(id: String) throws {
    let type = try type(id)
    #expect(!type.summary.isEmpty)
    #expect(type.options.allSatisfy { !$0.key.isEmpty && !$0.meaning.isEmpty })
    #expect(QuantizationMethods.all.filter { $0.id == id }.count == 1)
  }

  @Test(arguments: methods)
  func `an option that there is not, and a value of no use, are refused by name`(
    id: String
  ) throws {
    let type = try type(id)
    let keys = ["no_such_option"] + type.options.map(\.key)
    for key in keys {
      let error = #expect(throws: Rejection.self, "\(key)") {
        try MethodFixture.make(type, [(key, .array([.null]))])
      }
      #expect(error?.rule.id == QuantizationRules.option.id)
    }
  }
}
