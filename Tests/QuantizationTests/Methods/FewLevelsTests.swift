import JSON
import Quantization
import TestSupport
import Testing

/// Formats of few levels against a plain reading of their definitions.
struct FewLevelsTests {
  private static let eight: [(key: String, value: JSONValue)] = [("group", .integer(8))]

  static let fixtures: [MethodFixture] = [
    .init("ternary", Ternary.self, eight), .init("binary", Binary.self, eight),
    .init("nf4", NormalFloat.self, eight), .init("mxfp4", MicroscalingFloat.self),
    .init("nvfp4", BlackwellFloat.self), .init("fp8-e4m3", EightBitFloat.self),
    .init("fp8-e5m2", EightBitFloat.self, [("format", .string("e5m2"))]),
  ]

  @Test(arguments: fixtures)
  func `codes and scales are those of the definition`(_ fixture: MethodFixture) throws {
    let differences = try fixture.differences()
    #expect(differences == [])
  }
}
