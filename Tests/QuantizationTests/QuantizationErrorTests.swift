import Diagnostics
import JSON
import Quantization
import TensorCore
import TestSupport
import Testing

struct QuantizationErrorTests {
  private static func weight(_ rows: Int, _ columns: Int) throws -> Weight {
    var random = SplitMix()
    return try Weight(
      name: "w", rows: rows, columns: columns,
      elements: (0..<(rows * columns)).map { _ in Float(random.normal()) })
  }

  private static func rounded(_ weight: Weight, bits: Int = 3) throws -> EncodedTensor {
    try MethodFixture.make(RoundToNearest.self, [("bits", .integer(bits))])
      .quantize(weight, step: 1)
  }

  @Test func `the norm is that of what codes change`() throws {
    let weight = try Weight(name: "w", rows: 1, columns: 3, elements: [3, 1.25, -0.5])
    let error = try QuantizationError(of: weight, in: Self.rounded(weight))
    // Codes 3, 1 and 0 (ties to even) of a scale of 1.
    #expect(error.norm == (0.25 * 0.25 + 0.5 * 0.5).squareRoot())
  }

  @Test(arguments: [(24, 16, "int3_row_lqer_asym"), (24, 18, "int3_row_lqer")])
  func `a residual makes the error smaller`(rows: Int, columns: Int, kind: String) throws {
    let weight = try Self.weight(rows, columns)
    let error = try QuantizationError(of: weight, in: Self.rounded(weight))
    let mended = try error.reconstructed(rank: 4)
    #expect(mended.encoding.kind == kind)
    let decoded = try #require(try mended.decoded().elementBytes)
    let left = decoded.withUnsafeBytes { bytes in
      zip(weight.elements, bytes.bindMemory(to: Float.self)).reduce(0.0) {
        $0 + Double($1.0 - $1.1) * Double($1.0 - $1.1)
      }
    }
    #expect(left.squareRoot() < error.norm)
  }

  @Test func `codes without error have a residual of zeros`() throws {
    let weight = try Weight(
      name: "w", rows: 4, columns: 16, elements: [Float](repeating: 3, count: 64))
    let mended = try QuantizationError(of: weight, in: Self.rounded(weight)).reconstructed(rank: 4)
    let codes = try #require(mended.components.first { $0.name == "w.lqA_a" }).tensor
    #expect(codes.elementBytes == [UInt8](repeating: 0, count: 16))
    let decoded = try #require(try mended.decoded().elementBytes)
    decoded.withUnsafeBytes { bytes in
      #expect(bytes.bindMemory(to: Float.self).elementsEqual(weight.elements))
    }
  }

  @Test(arguments: [
    MethodFixture("", NormalFloat.self), MethodFixture("", Ternary.self),
    MethodFixture("", RoundToNearest.self, [("coverage", .string("group"))]),
  ])
  func `other codes are refused with their tensor`(_ method: MethodFixture) throws {
    let weight = try Self.weight(4, 8)
    let encoded = try MethodFixture.make(method.method, method.options).quantize(weight, step: 1)
    let rejection = #expect(throws: Rejection.self) {
      try QuantizationError(of: weight, in: encoded)
    }
    #expect(rejection?.rule.id == "Q07")
    #expect(rejection?.place.tensor == "w")
  }
}
