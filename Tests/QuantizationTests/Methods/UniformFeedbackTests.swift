import JSON
import Quantization
import Testing

struct UniformFeedbackTests {
  @Test(arguments: [(6, 12.85), (4, 3.0)])
  func `codes and scales are those of the formulas in float64`(bits: Int, clip: Double) throws {
    let fixture = MethodFixture(
      "gptq-\(bits)-\(clip)", UniformFeedback.self,
      [("bits", .integer(bits)), ("clip", .number(clip))])
    let differences = try fixture.differences()
    #expect(differences == [])
  }
}
