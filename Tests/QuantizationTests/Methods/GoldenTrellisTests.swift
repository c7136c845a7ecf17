import JSON
@testable import Quantization
import TensorCore
import TensorOps
import TestSupport
import Testing

/// The default method against an implementation of its own in numpy's float64, which searches every
/// point.
struct GoldenTrellisTests {
  private let tensors: [String: Tensor]

  init() throws { tensors = try TensorDump.read(try Fixtures.bytes("quantization/trellis.dump")) }

  private func part(_ name: String) throws -> Tensor { try #require(tensors[name]) }

  private func weight(_ name: String) throws -> Weight {
    let tensor = try part(name)
    return try Weight(
      tensor, name, InputStatistics(part(name + ".moment"), nil, width: tensor.shape[1]))
  }

  private func encoded(
    _ name: String, _ more: [(key: String, value: JSONValue)] = []
  ) throws -> EncodedTensor {
    let states = try part(name + ".states").numbers(Int.self)[0]
    return try MethodFixture.make(TrellisFeedback.self, [("states", .integer(states))] + more)
      .quantize(try weight(name), step: 1)
  }

  /// The elements of a component.
  private func component(_ suffix: String, of encoded: EncodedTensor) throws -> Tensor {
    try #require(encoded.components.first { $0.name.hasSuffix(suffix) }).tensor
  }

  @Test(arguments: ["small", "wide"])
  func `codes and scales are those of the formulas`(name: String) throws {
    let encoded = try encoded(name)
    let codes = try component(".codes", of: encoded).numbers(Int8.self)
    let expected = try part(name + ".codes").numbers(Int8.self)
    let different = zip(codes, expected).count { $0 != $1 }
    #expect(codes.count == expected.count && different * 10_000 <= codes.count)
    #expect(try component(".column_scales", of: encoded).isSame(as: part(name + ".column_scales")))
  }

  @Test(arguments: ["small", "wide"])
  func `the distortion is that of the formulas`(name: String) throws {
    let (weight, decoded) = (try weight(name), try encoded(name).decoded().numbers(Float.self))
    let error = Matrix(
      zip(weight.elements, decoded).map { Double($0) - Double($1) }, rowCount: weight.rows,
      columnCount: weight.columns)
    let weighed = error.times(try weight.requireInput().secondMoment)
    let distortion = zip(weighed.elements, error.elements).reduce(0) { $0 + $1.0 * $1.1 }
    let expected = try part(name + ".distortion").numbers(Double.self)[0]
    #expect(abs(distortion / expected - 1) < 1e-6)
  }

  @Test(arguments: ["small", "wide"])
  func `scales of rows fit the codes by least squares`(name: String) throws {
    let scales = try component(".row_scales", of: encoded(name, [("rescale", .bool(true))]))
    #expect(try scales.isSame(as: part(name + ".row_scales")))
    #expect(Set(scales.numbers(Float.self)).count > 1)
  }
}
