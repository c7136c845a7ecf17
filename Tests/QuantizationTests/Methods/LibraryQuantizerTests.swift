import JSON
import Quantization
import TensorCore
import TestSupport
import Testing

/// Methods against other libraries, and against their formulas in float64 where there is none.
struct LibraryQuantizerTests {
  private static func affine(_ bits: Int) -> MethodFixture {
    .init(
      "torchao-affine-\(bits)", RoundToNearest.self,
      [
        ("bits", .integer(bits)), ("coverage", .string("group")), ("group", .integer(8)),
        ("zero_points", .bool(true)), ("scale_type", .string("f32")),
      ])
  }

  static let libraries: [MethodFixture] = [
    affine(4), affine(8), .init("torchao-mxfp4", MicroscalingFloat.self),
    .init("torchao-nvfp4", BlackwellFloat.self),
    .init("torchao-nf4", NormalFloat.self, [("group", .integer(8))]),
    .init(
      "gguf-q8_0", RoundToNearest.self,
      [
        ("bits", .integer(8)), ("coverage", .string("group")), ("group", .integer(32)),
        ("scale_type", .string("f32")),
      ]),
  ]

  @Test(arguments: libraries)
  func `codes and scales are the library's`(_ fixture: MethodFixture) throws {
    let differences = try fixture.differences()
    #expect(differences == [])
  }

  private static func awq(_ bits: Int, _ suffix: String = "") -> MethodFixture {
    .init("awq-\(bits)\(suffix)", ActivationAware.self, [("bits", .integer(bits))])
  }

  private static func kmeans(_ bits: Int, _ suffix: String = "") -> MethodFixture {
    .init(
      "kmeans-\(bits)\(suffix)", NearestCentroid.self,
      [
        ("bits", .integer(bits)), ("weighting", .string(suffix.isEmpty ? "inputs" : "none")),
      ])
  }

  static let fitted: [MethodFixture] = [
    awq(3), awq(4), awq(4, "-moments"), kmeans(2), kmeans(4), kmeans(3, "-plain"),
  ]

  @Test(arguments: fitted)
  func `what is fitted is what the formulas in float64 give`(_ fixture: MethodFixture) throws {
    let differences = try fixture.differences()
    #expect(differences == [])
  }

  @Test(arguments: [2, 3, 4, 8])
  func `half-quadratic codes are hqq's, and zero points but for rounding`(bits: Int) throws {
    let tensors = try TensorDump.read(try Fixtures.bytes("quantization/hqq-\(bits).dump"))
    let method = try MethodFixture.make(
      HalfQuadratic.self,
      [("bits", .integer(bits)), ("group", .integer(16)), ("scale_type", .string("f32"))])
    for name in ["plain", "small", "large"] {
      let weight = try Weight(try #require(tensors[name]), name)
      let encoded = try method.quantize(weight, step: 1)
      let (codes, scales, zeros) = (
        encoded.components[0].tensor, encoded.components[1].tensor.numbers(Float.self),
        encoded.components[2].tensor.numbers(Float.self)
      )
      #expect(codes.isSame(as: tensors["\(name).q"]))
      let expectedScales = try #require(tensors["\(name).scale"]).numbers(Float.self)
      let expectedZeros = try #require(tensors["\(name).zero_point"]).numbers(Float.self)
      // A division and a reciprocal are rounded apart.
      #expect(zip(scales, expectedScales).allSatisfy { abs($0 - $1) <= 2e-7 * $1 })
      // Differences are float32 ones.
      let farthest = zip(zeros, expectedZeros).map { abs($0 - $1) }.max() ?? 1
      #expect(farthest < 1e-4)
      #expect(scales.count == expectedScales.count && zeros.count == expectedZeros.count)
    }
  }
}
