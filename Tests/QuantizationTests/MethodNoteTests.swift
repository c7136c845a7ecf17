import Diagnostics
import JSON
@testable import Quantization
import TensorCore
import TensorOps
import TestSupport
import Testing

/// What a method does otherwise than its options say is told, and nothing else is.
struct MethodNoteTests {
  private func weight(output: [Double]? = nil, loudest: Double = 1) throws -> Weight {
    var random = SplitMix(state: 9)
    var moment = Matrix.identity(8)
    moment[0, 0] = loudest
    return try Weight(
      name: "w", rows: 16, columns: 8,
      elements: (0..<128).map { _ in Float(random.normal() * 0.05) },
      input: InputStatistics(secondMoment: moment, rowCount: 1),
      output: output.map(OutputStatistics.init(squares:)))
  }

  private func notes(
    _ weight: Weight, step: Double = 1, _ method: any QuantizationMethod.Type = TrellisFeedback.self
  ) throws -> [MethodNote] {
    try MethodFixture.make(method, []).notes(weight, step: step)
  }

  @Test func `a weight that is quantized as asked for has no note`() throws {
    #expect(try notes(weight()) == [])
    #expect(try notes(weight(), UniformFeedback.self) == [])
  }

  @Test func `integers in place of a trellis are noted, and are what was written`() throws {
    let weight = try weight()
    #expect(try notes(weight, step: 8) == [.integers])
    let encoded = try MethodFixture.make(TrellisFeedback.self, []).quantize(weight, step: 8)
    #expect(!encoded.encoding.kind.contains("trellis"))
  }

  @Test func `steps that codes have no room for are noted`() throws {
    #expect(try notes(weight(), step: 1e-6) == [.finestSteps])
  }

  @Test func `columns and rows whose steps are held back are noted`() throws {
    #expect(try notes(weight(loudest: 1e8)).contains(.limitedSteps))
    var squares = [Double](repeating: 1, count: 16)
    squares[3] = 1e12
    let weighed = try weight(output: squares)
    let method = try MethodFixture.make(TrellisFeedback.self, [("output_damping", .integer(0))])
    #expect(try method.notes(weighed, step: 1).contains(.limitedSteps))
  }

  @Test func `every note has a sentence of its own`() {
    #expect(Set(MethodNote.allCases.map(\.sentence)).count == MethodNote.allCases.count)
  }
}
