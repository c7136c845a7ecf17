import JSON
import Quantization
import TensorCore
import TestSupport
import Testing

struct RoundToNearestTests {
  static let fixtures: [MethodFixture] =
    (1...8).flatMap { [rtn($0, "row"), rtn($0, "group", zeros: true)] }
    + ["percentile", "mse", "sdclip"].flatMap {
      [rtn(4, "row", range: $0), rtn(4, "group", zeros: true, range: $0)]
    } + [
      rtn(4, "group"), rtn(5, "tensor"), rtn(5, "tensor", zeros: true),
      rtn(6, "row", scales: "f32"),
    ]

  private static func rtn(
    _ bits: Int, _ coverage: String, zeros: Bool = false, range: String? = nil,
    scales: String? = nil
  ) -> MethodFixture {
    let words = [range, scales].compactMap(\.self)
    let name = ["rtn", "\(bits)", coverage] + (zeros ? ["zeros"] : []) + words
    return MethodFixture(
      name.joined(separator: "-"), RoundToNearest.self,
      [
        ("bits", .integer(bits)), ("coverage", .string(coverage)), ("group", .integer(8)),
        ("zero_points", .bool(zeros)), ("range", .string(range ?? "absmax")),
        ("percentile", .integer(90)), ("clip", .integer(2)),
        ("scale_type", .string(scales ?? "f16")),
      ])
  }

  @Test(arguments: fixtures)
  func `codes, scales and zero points are those of the formulas`(
    _ fixture: MethodFixture
  ) throws {
    let differences = try fixture.differences()
    #expect(differences == [])
  }

  @Test func `a step of two doubles the scale`() throws {
    let method = try MethodFixture.make(RoundToNearest.self, [("scale_type", .string("f32"))])
    let weight = try Weight(name: "w", rows: 1, columns: 2, elements: [127, -64])
    let encoded = try method.quantize(weight, step: 2)
    #expect(encoded.components[0].tensor.elementBytes == [64, UInt8(bitPattern: -32)])
    #expect(encoded.components[1].tensor.elementBytes == [0, 0, 0, 0x40])
  }
}
